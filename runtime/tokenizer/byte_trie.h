// Finds which of many texts another text starts with.
#ifndef RUNTIME_TOKENIZER_BYTE_TRIE_H_
#define RUNTIME_TOKENIZER_BYTE_TRIE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

// Immutable and thread-safe. 12 bytes for each different prefix of the texts.
class ByteTrie {
 public:
  using Entry = std::pair<absl::string_view, int32_t>;

  // Texts are not referred to afterwards; empty ones are left out. Of equal
  // texts the first counts. Values are not negative.
  explicit ByteTrie(std::vector<Entry> entries);

  bool empty() const { return nodes_.size() == 1; }

  // Whether a text starts with `byte`.
  bool HasStart(char byte) const {
    return first_[static_cast<uint8_t>(byte)] != kNone;
  }

  // Calls on_prefix(size, value) for each text that `text` starts with, the
  // shortest first.
  template <typename OnPrefix>
  void ForEachPrefix(absl::string_view text, const OnPrefix& on_prefix) const {
    if (text.empty()) return;
    uint32_t node = first_[static_cast<uint8_t>(text[0])];
    for (size_t size = 1; node != kNone; ++size) {
      if (nodes_[node].value >= 0) on_prefix(size, nodes_[node].value);
      if (size == text.size()) return;
      node = FindChild(nodes_[node], static_cast<uint8_t>(text[size]));
    }
  }

 private:
  static constexpr uint32_t kNone = 0;  // the root is no child

  struct Node {
    uint32_t first_child = kNone;  // children follow one another by byte
    uint16_t children = 0;
    uint8_t byte = 0;
    int32_t value = -1;
  };

  uint32_t FindChild(const Node& node, uint8_t byte) const;

  std::vector<Node> nodes_;
  uint32_t first_[256] = {};  // children of the root
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_BYTE_TRIE_H_
