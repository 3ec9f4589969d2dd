// Splits a text into the words within which byte-level BPE merges.
#ifndef RUNTIME_TOKENIZER_PRETOKENIZER_H_
#define RUNTIME_TOKENIZER_PRETOKENIZER_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// A regular expression whose matches, and the gaps between them, are the words.
// Immutable after Create and thread-safe.
class Pretokenizer {
 public:
  // `name` is GGUF's tokenizer.ggml.pre: "gpt-2", "llama-bpe" (also "llama3",
  // "llama-v3"), "qwen2", and names that llama.cpp treats as one of them.
  // Unimplemented, naming it, for any other; Internal if the regular expression
  // library refuses the expression.
  static absl::StatusOr<std::unique_ptr<Pretokenizer>> Create(
      absl::string_view name);

  ~Pretokenizer();

  // Calls on_word for each word, in order. Together they are `text`, byte by
  // byte. A run of bytes that are no UTF-8 is a word of its own, and the text
  // before and behind it is split as if it stood alone.
  void Split(absl::string_view text,
             absl::FunctionRef<void(absl::string_view)> on_word) const;

 private:
  struct Regex;

  explicit Pretokenizer(std::unique_ptr<Regex> regex);

  void SplitUtf8(absl::string_view text,
                 absl::FunctionRef<void(absl::string_view)> on_word) const;

  std::unique_ptr<Regex> regex_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_PRETOKENIZER_H_
