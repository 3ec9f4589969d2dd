#include "runtime/tokenizer/byte_trie.h"

#include <algorithm>

namespace tessera {
namespace {

// The entries below a node: they share its first `depth` bytes.
struct Range {
  size_t begin;
  size_t end;
  size_t depth;
};

uint8_t ByteAt(absl::string_view text, size_t index) {
  return static_cast<uint8_t>(text[index]);
}

}  // namespace

ByteTrie::ByteTrie(std::vector<Entry> entries) {
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [](const Entry& e) { return e.first.empty(); }),
                entries.end());
  std::stable_sort(
      entries.begin(), entries.end(),
      [](const Entry& a, const Entry& b) { return a.first < b.first; });
  nodes_.push_back({});
  std::vector<Range> ranges = {{0, entries.size(), 0}};
  // Level by level; ranges_[i] belongs to nodes_[i].
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Range range = ranges[i];
    while (range.begin < range.end &&
           entries[range.begin].first.size() == range.depth) {
      if (nodes_[i].value < 0) nodes_[i].value = entries[range.begin].second;
      ++range.begin;
    }
    nodes_[i].first_child = static_cast<uint32_t>(nodes_.size());
    while (range.begin < range.end) {
      const uint8_t byte = ByteAt(entries[range.begin].first, range.depth);
      const size_t begin = range.begin;
      while (range.begin < range.end &&
             ByteAt(entries[range.begin].first, range.depth) == byte) {
        ++range.begin;
      }
      if (i == 0) first_[byte] = static_cast<uint32_t>(nodes_.size());
      Node child;
      child.byte = byte;
      nodes_.push_back(child);
      ranges.push_back({begin, range.begin, range.depth + 1});
      ++nodes_[i].children;
    }
  }
}

uint32_t ByteTrie::FindChild(const Node& node, uint8_t byte) const {
  const auto begin = nodes_.begin() + node.first_child;
  const auto end = begin + node.children;
  const auto found = std::lower_bound(
      begin, end, byte,
      [](const Node& child, uint8_t b) { return child.byte < b; });
  if (found == end || found->byte != byte) return kNone;
  return static_cast<uint32_t>(found - nodes_.begin());
}

}  // namespace tessera
