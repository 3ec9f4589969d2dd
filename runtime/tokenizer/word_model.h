// Turns the words of a text into tokens.
#ifndef RUNTIME_TOKENIZER_WORD_MODEL_H_
#define RUNTIME_TOKENIZER_WORD_MODEL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

// Immutable and thread-safe.
class WordModel {
 public:
  // Buffers that are kept from word to word, for one thread.
  class Scratch {
   public:
    virtual ~Scratch() = default;
  };

  virtual ~WordModel() = default;

  virtual std::unique_ptr<Scratch> NewScratch() const = 0;

  // Appends the tokens of `word`, any bytes but not none, to *ids. `scratch` is
  // one that this model made.
  virtual void Encode(absl::string_view word, Scratch* scratch,
                      std::vector<int32_t>* ids) const = 0;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_WORD_MODEL_H_
