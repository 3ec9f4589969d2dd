// A tokenizer and chat template for Python.
#ifndef PYTHON_EXTENSION_TEXT_TOKENIZER_H_
#define PYTHON_EXTENSION_TEXT_TOKENIZER_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "converter/source/weight_source.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/capi/open_arena.h"
#include "runtime/chat/marked_text.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// Immutable and thread-safe.
class TextTokenizer {
 public:
  TextTokenizer(std::shared_ptr<const Tokenizer> tokenizer,
                std::shared_ptr<const TokenizerData> data)
      : tokenizer_(std::move(tokenizer)), data_(std::move(data)) {}

  const Tokenizer& tokenizer() const { return *tokenizer_; }
  const TokenizerData& data() const { return *data_; }

  // What the chat template makes of apply_chat_template's arguments in `json`.
  MarkedText ApplyTemplate(const std::string& json) const;

 private:
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::shared_ptr<const TokenizerData> data_;
};

// That of `source`, or None if it has none. Throws UnsupportedError for one
// that this version does not know.
pybind11::object TokenizerOf(const std::shared_ptr<const WeightSource>& source);
pybind11::object TokenizerOf(const std::shared_ptr<const OpenArena>& arena);

// Adds the class Tokenizer to `module`.
void BindTextTokenizer(pybind11::module_& module);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_TEXT_TOKENIZER_H_
