#include "runtime/llm/stop_texts.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"

namespace tessera {
namespace {

// Where the first of `texts` begins in `text`, or npos.
size_t FirstOf(const std::vector<std::string>& texts, absl::string_view text) {
  size_t first = absl::string_view::npos;
  for (const std::string& stop : texts) {
    if (!stop.empty()) first = std::min(first, text.find(stop));
  }
  return first;
}

// Where the longest end of `text` begins with which one of `texts` could begin.
size_t HeldFrom(const std::vector<std::string>& texts, absl::string_view text) {
  size_t longest = 0;
  for (const std::string& stop : texts) {
    if (stop.empty()) continue;
    for (size_t size = std::min(stop.size() - 1, text.size()); size > longest;
         --size) {
      if (absl::EndsWith(text, absl::string_view(stop).substr(0, size))) {
        longest = size;
      }
    }
  }
  return text.size() - longest;
}

}  // namespace

StopTexts::StopTexts(std::vector<std::string> texts)
    : texts_(std::move(texts)) {}

absl::string_view StopTexts::Append(absl::string_view text) {
  ready_.clear();
  if (found_) return ready_;
  ready_.swap(held_);
  ready_.append(text.data(), text.size());
  const size_t stop = FirstOf(texts_, ready_);
  found_ = stop != absl::string_view::npos;
  if (found_) {
    ready_.resize(stop);
    return ready_;
  }
  const size_t held = HeldFrom(texts_, ready_);
  held_.assign(ready_, held);
  ready_.resize(held);
  return ready_;
}

absl::string_view StopTexts::Flush() {
  ready_.swap(held_);
  held_.clear();
  return ready_;
}

}  // namespace tessera
