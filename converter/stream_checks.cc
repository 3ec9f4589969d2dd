#include "converter/stream_checks.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "converter/describe_conversion.h"
#include "converter/pack/stored_hasher.h"

namespace tessera {
namespace {

// Bytes that are read at a time.
constexpr uint64_t kReadBytes = uint64_t{8} << 20;

}  // namespace

bool IsStreamInFile(const PlannedStream& stream, const ArenaPlan& plan,
                    const WeightSource& source, const JournalRecord& record,
                    const AtomicFile& file) {
  const size_t members = stream.members.size();
  if (static_cast<size_t>(record.members_size()) != members) return false;
  StoredHasher hasher(plan, stream);
  std::vector<uint8_t> bytes;
  const uint64_t tiles_per_read =
      std::max<uint64_t>(1, kReadBytes / std::max<uint64_t>(1, stream.stride));
  for (uint64_t tile = 0; tile < stream.tiles && stream.size != 0;
       tile += tiles_per_read) {
    const uint64_t tiles = std::min(tiles_per_read, stream.tiles - tile);
    const uint64_t offset = tile * stream.stride;
    bytes.resize(std::min(tiles * stream.stride, stream.size - offset));
    if (!file.ReadAt(stream.offset + offset, absl::MakeSpan(bytes)).ok()) {
      return false;
    }
    hasher.Take(bytes.data(), tiles);
  }
  for (size_t i = 0; i < members; ++i) {
    const Tensor& tensor = record.members(static_cast<int>(i)).tensor();
    if (tensor.name() != source.tensors[stream.members[i]].name ||
        tensor.stored_xxh128() != hasher.Digest(i)) {
      return false;
    }
  }
  return true;
}

absl::Status CheckStreamSource(const PlannedStream& stream,
                               const ArenaPlan& plan,
                               const WeightSource& source,
                               absl::Span<const PackedTensor> packed,
                               const WeightSource& now) {
  // Streams of other processes are not known here.
  if (packed[stream.members.front()].source_xxh128.empty()) {
    return absl::OkStatus();
  }
  const StreamPacker packer(source, plan, stream, kReadBytes);
  const std::vector<std::string> digests = packer.DigestSource(now);
  for (size_t i = 0; i < digests.size(); ++i) {
    if (digests[i] == packed[stream.members[i]].source_xxh128) continue;
    const SourceTensor& from = now.tensors[stream.members[i]];
    return absl::FailedPreconditionError(absl::StrCat(
        from.parts.empty() ? now.files.front().path()
                           : now.files[from.parts.front().file].path(),
        ": ", from.source_name,
        " is not what the unfinished conversion has read"));
  }
  return absl::OkStatus();
}

JournalRecord JournalRecordOf(const PlannedStream& stream,
                              const ArenaPlan& plan, const WeightSource& source,
                              absl::Span<const PackedTensor> packed) {
  JournalRecord record;
  for (size_t index : stream.members) {
    JournalRecord::Member& member = *record.add_members();
    DescribeTensor(source.tensors[index], plan.tensors[index], packed[index],
                   member.mutable_tensor());
    member.set_source_xxh128(packed[index].source_xxh128);
    member.set_zero(packed[index].zero);
  }
  return record;
}

PackedTensor PackedFrom(const Tensor& tensor) {
  PackedTensor packed;
  packed.stored_xxh128 = tensor.stored_xxh128();
  packed.rowmajor_xxh128 = tensor.rowmajor_xxh128();
  if (tensor.has_error()) packed.error = tensor.error();
  packed.nonfinite = tensor.nonfinite_weights();
  return packed;
}

PackedTensor PackedFrom(const JournalRecord::Member& member) {
  PackedTensor packed = PackedFrom(member.tensor());
  packed.source_xxh128 = member.source_xxh128();
  packed.zero = member.zero();
  return packed;
}

}  // namespace tessera
