#include "bench/random_rows.h"

#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "formats/layout/block_fields.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

constexpr float kDeviation = 0.02f;
constexpr uint16_t kSmallF16 = 0x1419;  // 0.001
constexpr uint8_t kSmallE8M0 = 120;     // 2^-7

void QuantizeRandomRow(const Codec& codec, uint64_t columns,
                       RandomSequence& random, uint8_t* row) {
  std::vector<float> values(columns);
  for (float& value : values) value = random.NextNormal() * kDeviation;
  codec.quantize_row(values.data(), static_cast<int64_t>(columns), nullptr,
                     row);
}

// Blocks of random bits with small scales: those would be infinite here and
// there if they were random, too.
void FillRandomBlocks(const BlockFields& fields, RandomSequence& random,
                      absl::Span<uint8_t> row) {
  for (uint8_t& byte : row) byte = static_cast<uint8_t>(random.Next());
  for (size_t block = 0; block < row.size(); block += fields.unit_bytes) {
    for (const BlockField& scale : fields.head) {
      uint8_t* place = row.data() + block + scale.offset;
      if (scale.bytes == sizeof(kSmallF16)) {
        std::memcpy(place, &kSmallF16, sizeof(kSmallF16));
      } else if (scale.bytes == 1) {
        *place = kSmallE8M0;
      }
    }
  }
}

}  // namespace

float RandomSequence::NextNormal() {
  const uint64_t bits = Next();
  const uint64_t sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) +
                       ((bits >> 32) & 0xffff) + (bits >> 48);
  // Four uniform numbers on [0, 1] have mean 2 and variance 1 / 3.
  return (static_cast<float>(sum) * 0x1p-16f - 2.0f) * 1.7320508f;
}

absl::StatusOr<RandomRows> RandomRows::Create(DType type, uint64_t columns,
                                              uint64_t count, uint64_t seed,
                                              ThreadPool& pool) {
  const Codec* codec = FindCodec(type);
  const BlockFields* fields = FindBlockFields(type);
  const bool quantizes = codec != nullptr && codec->quantize_row != nullptr;
  if (!quantizes && fields == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("there is no quantizer for ", DTypeName(type)));
  }
  const std::optional<uint64_t> row_bytes = RowBytes(type, columns);
  if (!row_bytes.has_value() || *row_bytes == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("rows of ", columns, " weights are no whole blocks of ",
                     DTypeName(type)));
  }
  RandomRows rows;
  rows.row_bytes_ = *row_bytes;
  rows.bytes_.resize(count * *row_bytes);
  pool.ParallelFor(static_cast<int64_t>(count), [&](int64_t i) {
    RandomSequence random(seed + static_cast<uint64_t>(i) * 0x100000001);
    const absl::Span<uint8_t> row =
        absl::MakeSpan(rows.bytes_).subspan(i * *row_bytes, *row_bytes);
    if (quantizes) {
      QuantizeRandomRow(*codec, columns, random, row.data());
    } else {
      FillRandomBlocks(*fields, random, row);
    }
  });
  return rows;
}

}  // namespace tessera
