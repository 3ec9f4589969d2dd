#include "formats/arena/arena_verify.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/checked_math.h"
#include "base/digest.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/arena/attachment.h"
#include "formats/arena/extent.h"
#include "formats/layout/pack.h"

namespace tessera {
namespace {

constexpr size_t kMaxNamesInMessage = 3;
constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

// The smallest index that any thread reports.
class FirstFailure {
 public:
  void Report(int64_t index) {
    int64_t known = index_.load(std::memory_order_relaxed);
    while (index < known && !index_.compare_exchange_weak(known, index)) {
    }
  }
  int64_t index() const { return index_.load(); }

 private:
  std::atomic<int64_t> index_{kNone};
};

std::string ContentsOf(const Arena& arena, const Extent& extent) {
  std::vector<std::string> names;
  for (const StoredTensor& tensor : arena.tensors) {
    const Extent tiles = MakeExtent(tensor.file_offset, tensor.SpanBytes());
    if (Overlap(tiles, extent)) names.push_back(Quoted(tensor.name()));
  }
  for (const Attachment& attachment : arena.manifest.attachments()) {
    if (Overlap(attachment.extent(), extent)) {
      names.push_back(absl::StrCat("attachment ", Quoted(attachment.name())));
    }
  }
  if (names.empty()) return "only padding";
  const size_t more = names.size() - std::min(names.size(), kMaxNamesInMessage);
  names.resize(names.size() - more);
  return absl::StrCat(absl::StrJoin(names, ", "),
                      more == 0 ? "" : absl::StrCat(" and ", more, " more"));
}

std::string StoredHash(absl::Span<const uint8_t> file,
                       const StoredTensor& tensor) {
  const TensorLayout& layout = tensor.layout;
  if (layout.row_tile_stride == layout.row_tile_bytes) {
    return Xxh128(file.subspan(tensor.file_offset, tensor.SpanBytes()));
  }
  Xxh128Stream stream;
  for (uint64_t t = 0; t < tensor.row_tiles(); ++t) {
    stream.Update(file.subspan(tensor.RowTileOffset(t), layout.row_tile_bytes));
  }
  return stream.Digest();
}

std::string RowMajorHash(absl::Span<const uint8_t> file,
                         const StoredTensor& tensor) {
  // An empty tensor may claim rows of any length.
  if (tensor.row_tiles() == 0) return Xxh128({});
  const TensorLayout& layout = tensor.layout;
  std::vector<uint8_t> rows(layout.tile_rows * layout.row_bytes);
  Xxh128Stream stream;
  for (uint64_t m = 0; m < tensor.matrices; ++m) {
    const uint8_t* matrix = file.data() + tensor.MatrixOffset(m);
    for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
      UnpackMatrixTile(layout, matrix, t, rows.data());
      stream.Update(absl::MakeConstSpan(rows).first(layout.RowsInTile(t) *
                                                    layout.row_bytes));
    }
  }
  return stream.Digest();
}

absl::Status HashError(absl::string_view object, absl::string_view found,
                       absl::string_view expected) {
  return absl::DataLossError(absl::StrCat(
      object, ": XXH3-128 is ", absl::BytesToHexString(found), ", expected ",
      absl::BytesToHexString(expected), "; the data is damaged"));
}

// OK, or what is wrong with `tensor`.
absl::Status VerifyTensor(absl::Span<const uint8_t> file,
                          const StoredTensor& tensor) {
  const std::string stored = StoredHash(file, tensor);
  if (stored != tensor.proto->stored_xxh128()) {
    return HashError(absl::StrCat("tensor ", Quoted(tensor.name()),
                                  " at offset ", tensor.file_offset),
                     stored, tensor.proto->stored_xxh128());
  }
  // Row-major rows are stored as they are.
  const std::string rowmajor = tensor.layout.order == LayoutOrder::kRowMajor
                                   ? stored
                                   : RowMajorHash(file, tensor);
  if (rowmajor != tensor.proto->rowmajor_xxh128()) {
    return HashError(absl::StrCat("tensor ", Quoted(tensor.name()),
                                  ", unpacked to row-major blocks"),
                     rowmajor, tensor.proto->rowmajor_xxh128());
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<ArenaChunk> ListChunks(const Manifest& manifest) {
  std::vector<ArenaChunk> chunks;
  for (const Section& section : manifest.sections()) {
    const uint64_t step = section.chunk_bytes();
    const uint64_t size = section.extent().size();
    const absl::string_view hashes = section.chunk_xxh128();
    for (uint64_t i = 0; i * step < size; ++i) {
      const uint64_t bytes = std::min(step, size - i * step);
      chunks.push_back({MakeExtent(section.extent().offset() + i * step, bytes),
                        hashes.substr(i * kXxh128Bytes, kXxh128Bytes)});
    }
  }
  std::sort(chunks.begin(), chunks.end(),
            [](const ArenaChunk& a, const ArenaChunk& b) {
              return a.extent.offset() < b.extent.offset();
            });
  return chunks;
}

absl::Status VerifyChunk(absl::Span<const uint8_t> file, const Arena& arena,
                         const ArenaChunk& chunk) {
  const std::string found =
      Xxh128(file.subspan(chunk.extent.offset(), chunk.extent.size()));
  if (found == chunk.xxh128) return absl::OkStatus();
  return HashError(absl::StrCat("chunk ", ExtentText(chunk.extent), ", with ",
                                ContentsOf(arena, chunk.extent)),
                   found, chunk.xxh128);
}

absl::Status VerifyChunks(absl::Span<const uint8_t> file, const Arena& arena,
                          ThreadPool& pool) {
  const std::vector<ArenaChunk> chunks = ListChunks(arena.manifest);
  FirstFailure failure;
  pool.ParallelFor(static_cast<int64_t>(chunks.size()), [&](int64_t i) {
    if (!VerifyChunk(file, arena, chunks[i]).ok()) failure.Report(i);
  });
  if (failure.index() == kNone) return absl::OkStatus();
  return VerifyChunk(file, arena, chunks[failure.index()]);
}

absl::Status VerifyTensors(absl::Span<const uint8_t> file, const Arena& arena,
                           ThreadPool& pool) {
  // Largest first, so that no thread is left with a large one at the end.
  std::vector<int64_t> order(arena.tensors.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  std::sort(order.begin(), order.end(), [&arena](int64_t a, int64_t b) {
    const uint64_t bytes_a = arena.tensors[a].RowMajorBytes();
    const uint64_t bytes_b = arena.tensors[b].RowMajorBytes();
    return bytes_a != bytes_b ? bytes_a > bytes_b : a < b;
  });
  FirstFailure failure;
  pool.ParallelFor(static_cast<int64_t>(order.size()), [&](int64_t i) {
    if (!VerifyTensor(file, arena.tensors[order[i]]).ok()) {
      failure.Report(order[i]);
    }
  });
  if (failure.index() == kNone) return absl::OkStatus();
  return VerifyTensor(file, arena.tensors[failure.index()]);
}

absl::Status VerifyAttachments(absl::Span<const uint8_t> file,
                               const Arena& arena) {
  for (const Attachment& attachment : arena.manifest.attachments()) {
    TESSERA_RETURN_IF_ERROR(ReadAttachment(attachment, file).status());
  }
  return absl::OkStatus();
}

}  // namespace tessera
