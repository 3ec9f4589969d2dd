// Text that knows which of its bytes came from outside.
#ifndef RUNTIME_CHAT_MARKED_TEXT_H_
#define RUNTIME_CHAT_MARKED_TEXT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// Bytes, and the ranges of them that a conversation brought along: what users
// and tools wrote, as opposed to what the chat template itself says. The ranges
// follow the bytes through every operation on strings, so that the tokenizer
// can be told where no control token may be found.
class MarkedText {
 public:
  MarkedText() = default;
  explicit MarkedText(std::string bytes, bool outside = false)
      : bytes_(std::move(bytes)) {
    if (outside && !bytes_.empty()) outside_.push_back({0, bytes_.size()});
  }

  const std::string& bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  // Sorted and disjoint; neighbours are one range.
  const std::vector<TextRange>& outside() const { return outside_; }

  // Whether any of the `size` bytes from `begin` on came from outside.
  bool IsOutside(size_t begin, size_t size) const;
  bool IsOutside() const { return !outside_.empty(); }

  void Append(absl::string_view bytes, bool outside);
  void Append(const MarkedText& text) { AppendPart(text, 0, text.size()); }
  // Appends the `size` bytes of `text` from `begin` on; they must be there.
  void AppendPart(const MarkedText& text, size_t begin, size_t size);

  MarkedText Part(size_t begin, size_t size) const;

  // Visits all bytes in order, in runs that came from one side.
  void ForEachRun(
      absl::FunctionRef<void(absl::string_view run, bool outside)> visit) const;

 private:
  void Mark(size_t begin, size_t end);

  std::string bytes_;
  std::vector<TextRange> outside_;
};

}  // namespace tessera

#endif  // RUNTIME_CHAT_MARKED_TEXT_H_
