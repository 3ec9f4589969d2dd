// Regular expressions as Rust's onig finds them, by PCRE2.
#ifndef RUNTIME_TOKENIZER_REGEX_H_
#define RUNTIME_TOKENIZER_REGEX_H_

#include <cstddef>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Immutable after Create and thread-safe.
class Regex {
 public:
  // What one thread needs to match, whatever the expression. Not thread-safe.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

   private:
    friend class Regex;
    struct State;
    std::unique_ptr<State> state_;
  };

  // `expression` is in Oniguruma's syntax. Unimplemented, naming it, for what
  // cannot be translated; DataLoss if it is damaged.
  static absl::StatusOr<std::unique_ptr<Regex>> Create(
      absl::string_view expression);

  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  // Calls on_match(begin, end) for every match in `text`, which is UTF-8, from
  // left to right. An empty match counts unless it touches the one before.
  //
  // Where the compiled code runs out of stack, the expression is interpreted.
  // A match that takes more than four thousand million steps even then, as only
  // an expression made for it can, ends the search.
  void ForEachMatch(absl::string_view text, Scratch* scratch,
                    absl::FunctionRef<void(size_t, size_t)> on_match) const;

 private:
  struct Code;

  explicit Regex(std::unique_ptr<Code> code);

  bool Find(absl::string_view text, size_t begin, Scratch* scratch,
            size_t* match_begin, size_t* match_end) const;

  std::unique_ptr<Code> code_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_REGEX_H_
