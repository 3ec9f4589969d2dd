#include "tests/testing/small_charsmap.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tessera {
namespace {

// Each node takes a block of 256 units of its own: wasteful and simple.
constexpr uint32_t kBlock = 256;

struct Node {
  std::map<uint8_t, Node> children;
  int value = -1;
};

class TrieWriter {
 public:
  explicit TrieWriter(const Node& root) {
    units_.resize(kBlock);
    Write(root, 0, 0);
  }

  const std::vector<uint32_t>& units() const { return units_; }

 private:
  // The unit of `node` at `position`, and those of its children.
  void Write(const Node& node, uint32_t position, uint8_t label) {
    const uint32_t block = static_cast<uint32_t>(units_.size());
    units_.resize(block + kBlock);
    const uint32_t offset = position ^ block;
    units_[position] = offset << 10 | (node.value >= 0 ? 1u << 8 : 0) | label;
    if (node.value >= 0) {
      units_[block] = 1u << 31 | static_cast<uint32_t>(node.value);
    }
    for (const auto& [byte, child] : node.children) {
      Write(child, block ^ byte, byte);
    }
  }

  std::vector<uint32_t> units_;
};

void AppendUnit(uint32_t unit, std::string* bytes) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes->push_back(static_cast<char>(unit >> shift));
  }
}

}  // namespace

std::string SmallCharsmap(const std::map<std::string, std::string>& entries) {
  Node root;
  std::string replacements;
  for (const auto& [text, replacement] : entries) {
    Node* node = &root;
    for (const char c : text) node = &node->children[static_cast<uint8_t>(c)];
    node->value = static_cast<int>(replacements.size());
    replacements += replacement;
    replacements.push_back('\0');
  }
  const TrieWriter trie(root);
  std::string bytes;
  AppendUnit(static_cast<uint32_t>(trie.units().size() * 4), &bytes);
  for (const uint32_t unit : trie.units()) AppendUnit(unit, &bytes);
  return bytes + replacements;
}

}  // namespace tessera
