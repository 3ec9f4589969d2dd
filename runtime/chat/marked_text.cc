#include "runtime/chat/marked_text.h"

#include <algorithm>

namespace tessera {
namespace {

// The first range that ends behind `position`.
std::vector<TextRange>::const_iterator FirstBehind(
    const std::vector<TextRange>& ranges, size_t position) {
  return std::upper_bound(
      ranges.begin(), ranges.end(), position,
      [](size_t at, const TextRange& range) { return at < range.end; });
}

}  // namespace

bool MarkedText::IsOutside(size_t begin, size_t size) const {
  const auto range = FirstBehind(outside_, begin);
  return size > 0 && range != outside_.end() && range->begin < begin + size;
}

void MarkedText::Mark(size_t begin, size_t end) {
  if (begin == end) return;
  if (!outside_.empty() && outside_.back().end == begin) {
    outside_.back().end = end;
  } else {
    outside_.push_back({begin, end});
  }
}

void MarkedText::Append(absl::string_view bytes, bool outside) {
  const size_t begin = bytes_.size();
  bytes_.append(bytes.data(), bytes.size());
  if (outside) Mark(begin, bytes_.size());
}

void MarkedText::AppendPart(const MarkedText& text, size_t begin, size_t size) {
  const size_t shift = bytes_.size();
  bytes_.append(text.bytes_, begin, size);
  const size_t end = begin + size;
  for (auto range = FirstBehind(text.outside_, begin);
       range != text.outside_.end() && range->begin < end; ++range) {
    Mark(std::max(range->begin, begin) - begin + shift,
         std::min(range->end, end) - begin + shift);
  }
}

MarkedText MarkedText::Part(size_t begin, size_t size) const {
  MarkedText part;
  part.AppendPart(*this, begin, size);
  return part;
}

void MarkedText::ForEachRun(
    absl::FunctionRef<void(absl::string_view run, bool outside)> visit) const {
  const absl::string_view bytes = bytes_;
  size_t done = 0;
  for (const TextRange& range : outside_) {
    if (range.begin > done)
      visit(bytes.substr(done, range.begin - done), false);
    visit(bytes.substr(range.begin, range.end - range.begin), true);
    done = range.end;
  }
  if (done < bytes.size()) visit(bytes.substr(done), false);
}

}  // namespace tessera
