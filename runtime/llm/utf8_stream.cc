#include "runtime/llm/utf8_stream.h"

#include <algorithm>
#include <cstdint>

namespace tessera {
namespace {

constexpr size_t kMaxCharacterBytes = 4;

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

// Bytes of the character that starts with `lead`; 1 if none does.
size_t CharacterBytes(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte >= 0xc2 && byte <= 0xdf   ? 2
         : byte >= 0xe0 && byte <= 0xef ? 3
         : byte >= 0xf0 && byte <= 0xf4 ? 4
                                        : 1;
}

// Bytes at the end of `text` that begin a character which is not complete.
size_t IncompleteBytes(absl::string_view text) {
  const size_t most = std::min(text.size(), kMaxCharacterBytes - 1);
  for (size_t back = 1; back <= most; ++back) {
    const char c = text[text.size() - back];
    if (IsContinuation(c)) continue;
    return CharacterBytes(c) > back ? back : 0;
  }
  return 0;
}

}  // namespace

absl::string_view Utf8Stream::Append(absl::string_view bytes) {
  ready_.swap(held_);
  ready_.append(bytes.data(), bytes.size());
  const size_t incomplete = IncompleteBytes(ready_);
  held_.assign(ready_, ready_.size() - incomplete, incomplete);
  ready_.resize(ready_.size() - incomplete);
  return ready_;
}

absl::string_view Utf8Stream::Flush() {
  ready_.swap(held_);
  held_.clear();
  return ready_;
}

}  // namespace tessera
