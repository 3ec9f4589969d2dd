#include "runtime/model/sequence_state.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/byte_cursor.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/model/kv_pool.h"
#include "runtime/model/rope_table.h"

namespace tessera {
namespace {

// As that of an arena: a byte above 127 and a line end of two bytes.
constexpr absl::string_view kMagic("\x89SEQU\r\n\x1a", 8);
constexpr uint32_t kVersion = 1;
constexpr uint64_t kHashBytes = 32;
constexpr uint64_t kDigestBytes = 16;

// What stands before the blocks.
struct Header {
  absl::string_view content_hash;  // of the arena
  uint64_t position = 0;
  uint64_t rope_hash = 0;  // of how positions become angles
  uint32_t layers = 0;
  uint32_t kv_heads = 0;
  uint32_t head_dim = 0;
  uint32_t element_bytes = 0;
};

template <typename T>
void Append(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// The angles of position 1 are the frequencies.
uint64_t ChainRopeHash(uint64_t before, const RopeTable& table) {
  std::vector<float> angles(2 * table.pairs());
  table.Angles(1, angles.data(), angles.data() + table.pairs());
  return ChainedXxh64(
      before,
      absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(angles.data()),
                          angles.size() * sizeof(float)));
}

uint64_t RopeHash(const ModelRope& rope, int64_t max_positions) {
  const uint64_t hash = ChainRopeHash(0, rope.Global(max_positions));
  return rope.local() == nullptr ? hash : ChainRopeHash(hash, *rope.local());
}

Header HeaderOf(const Model& model, const Sequence& sequence) {
  const KvBlockLayout layout = model.kv_layout();
  Header header;
  header.content_hash = model.arena().content_hash();
  header.position = sequence.position();
  header.rope_hash = RopeHash(model.rope(), sequence.max_positions());
  header.layers = static_cast<uint32_t>(model.parameters().layers);
  header.kv_heads = static_cast<uint32_t>(layout.kv_heads);
  header.head_dim = static_cast<uint32_t>(layout.head_dim);
  header.element_bytes = static_cast<uint32_t>(layout.element_bytes());
  return header;
}

void AppendHeader(const Header& header, std::string* bytes) {
  absl::StrAppend(bytes, kMagic);
  Append(kVersion, bytes);
  absl::StrAppend(bytes, header.content_hash);
  Append(header.position, bytes);
  Append(header.rope_hash, bytes);
  Append(header.layers, bytes);
  Append(header.kv_heads, bytes);
  Append(header.head_dim, bytes);
  Append(header.element_bytes, bytes);
}

absl::Status ReadHeader(ByteCursor* cursor, Header* header) {
  absl::string_view magic;
  uint32_t version = 0;
  if (!cursor->ReadString(kMagic.size(), &magic) || magic != kMagic) {
    return absl::InvalidArgumentError("these bytes are no saved sequence");
  }
  if (!cursor->Read(&version)) {
    return absl::DataLossError("the saved sequence is cut short");
  }
  if (version != kVersion) {
    return absl::UnimplementedError(
        absl::StrCat("the sequence was saved in version ", version,
                     ", this program knows version ", kVersion));
  }
  if (!cursor->ReadString(kHashBytes, &header->content_hash) ||
      !cursor->Read(&header->position) || !cursor->Read(&header->rope_hash) ||
      !cursor->Read(&header->layers) || !cursor->Read(&header->kv_heads) ||
      !cursor->Read(&header->head_dim) ||
      !cursor->Read(&header->element_bytes)) {
    return absl::DataLossError("the saved sequence is cut short");
  }
  return absl::OkStatus();
}

absl::Status CheckDigest(absl::Span<const uint8_t> bytes) {
  if (bytes.size() < kDigestBytes) {
    return absl::DataLossError("the saved sequence is cut short");
  }
  const auto content = bytes.first(bytes.size() - kDigestBytes);
  const std::string digest = Xxh128(content);
  if (std::memcmp(digest.data(), bytes.data() + content.size(), kDigestBytes) ==
      0) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      "the saved sequence is damaged: its checksum does not match");
}

// `saved` fits where `mine` is.
absl::Status CheckHeader(const Header& saved, const Header& mine,
                         int64_t max_positions) {
  if (saved.content_hash != mine.content_hash) {
    return absl::InvalidArgumentError(
        absl::StrCat("the sequence was saved with another arena (hash ",
                     absl::BytesToHexString(saved.content_hash.substr(0, 4)),
                     "..., this one has ",
                     absl::BytesToHexString(mine.content_hash.substr(0, 4)),
                     "...); compute its tokens again"));
  }
  if (saved.layers != mine.layers || saved.kv_heads != mine.kv_heads ||
      saved.head_dim != mine.head_dim ||
      saved.element_bytes != mine.element_bytes) {
    return absl::InvalidArgumentError(
        "the sequence was saved with another form of keys and values");
  }
  if (saved.position > static_cast<uint64_t>(max_positions)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the saved sequence has ", saved.position,
                     " tokens, the context holds ", max_positions));
  }
  if (saved.rope_hash != mine.rope_hash) {
    return absl::InvalidArgumentError(
        "the sequence was saved where positions are rotated otherwise: in a "
        "longer or shorter context, or with other settings of RoPE");
  }
  return absl::OkStatus();
}

// Calls visit(block, positions in use) for all that is saved of a sequence.
template <typename Visit>
void ForEachBlock(const Model& model, const Sequence& sequence, Visit visit) {
  const int64_t position = sequence.position();
  for (int64_t layer = 0; layer < model.parameters().layers; ++layer) {
    for (int64_t first = sequence.FirstSeen(layer) / kKvBlock * kKvBlock;
         first < position; first += kKvBlock) {
      visit(sequence.blocks(layer)[first / kKvBlock],
            std::min<int64_t>(position - first, kKvBlock));
    }
  }
}

}  // namespace

std::string EncodeSequence(const Model& model, const Sequence& sequence) {
  const KvBlockLayout layout = model.kv_layout();
  std::string bytes;
  AppendHeader(HeaderOf(model, sequence), &bytes);
  ForEachBlock(model, sequence, [&](const uint8_t* block, int64_t count) {
    const size_t begin = bytes.size();
    bytes.append(reinterpret_cast<const char*>(block), layout.bytes());
    layout.ClearFrom(count, reinterpret_cast<uint8_t*>(bytes.data() + begin));
  });
  absl::StrAppend(&bytes, Xxh128(absl::MakeConstSpan(
                              reinterpret_cast<const uint8_t*>(bytes.data()),
                              bytes.size())));
  return bytes;
}

absl::Status DecodeSequence(const Model& model, absl::Span<const uint8_t> bytes,
                            Sequence* sequence) {
  ByteCursor cursor(bytes);
  Header saved;
  TESSERA_RETURN_IF_ERROR(ReadHeader(&cursor, &saved));
  TESSERA_RETURN_IF_ERROR(CheckDigest(bytes));
  TESSERA_RETURN_IF_ERROR(CheckHeader(saved, HeaderOf(model, *sequence),
                                      sequence->max_positions()));
  const auto position = static_cast<int64_t>(saved.position);
  const uint64_t block_bytes = model.kv_layout().bytes();
  uint64_t blocks = 0;
  for (int64_t layer = 0; layer < model.parameters().layers; ++layer) {
    blocks += sequence->BlocksSeen(layer, position);
  }
  // No overflow: a context has memory for as many.
  if (cursor.remaining() != blocks * block_bytes + kDigestBytes) {
    return absl::DataLossError("the saved sequence has another size");
  }
  TESSERA_RETURN_IF_ERROR(sequence->Restore(position));
  ForEachBlock(model, *sequence, [&](uint8_t* block, int64_t) {
    absl::Span<const uint8_t> from;
    if (cursor.ReadBytes(block_bytes, &from)) {
      std::memcpy(block, from.data(), block_bytes);
    }
  });
  return absl::OkStatus();
}

}  // namespace tessera
