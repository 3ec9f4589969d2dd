#include "converter/pack/convert_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "absl/types/span.h"
#include "base/digest.h"
#include "converter/quantize/usable_importance.h"
#include "converter/quantize/value_weights.h"
#include "formats/quant/codec.h"
#include "formats/quant/non_finite.h"

namespace tessera {
namespace {

// Returns at the first byte that is not, which usually comes soon.
bool IsZero(const uint8_t* bytes, uint64_t size) {
  return size == 0 ||
         (bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0);
}

bool AreZero(absl::Span<const float> values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return value == 0; });
}

// Whether the values of a row are zero: its bytes need not be, as with -0 or a
// scale of zero. Returns after a few values of an ordinary row.
bool IsZeroRow(DType type, const uint8_t* row, uint64_t columns) {
  constexpr uint64_t kTogether = 256;  // whole blocks of all types
  if (IsZero(row, *RowBytes(type, columns))) return true;
  const Codec* codec = FindCodec(type);
  if (codec == nullptr || codec->dequantize_row == nullptr) return false;
  // The one type whose rows are not made of blocks.
  const uint64_t step = type == DType::kINT8 ? columns : kTogether;
  std::vector<float> values(std::min(step, columns));
  for (uint64_t first = 0; first < columns; first += step) {
    const uint64_t count = std::min(step, columns - first);
    const uint8_t* blocks = row + (first == 0 ? 0 : *RowBytes(type, first));
    codec->dequantize_row(blocks, static_cast<int64_t>(count), values.data());
    if (!AreZero(absl::MakeConstSpan(values).first(count))) return false;
  }
  return true;
}

// Counts weights of which `values` or `stored` are not finite. Those that are
// no numbers to begin with are named first, then the largest that does not fit.
void CountNonFinite(const std::vector<float>& values,
                    const std::vector<float>& stored, uint64_t row,
                    RowFindings* findings) {
  std::optional<uint64_t> named;
  for (uint64_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && std::isfinite(stored[i])) continue;
    ++findings->nonfinite;
    const bool is_worse = !named.has_value() ||
                          (std::isfinite(values[*named]) &&
                           (!std::isfinite(values[i]) ||
                            std::abs(values[i]) > std::abs(values[*named])));
    if (is_worse) named = i;
  }
  if (named.has_value() && !findings->first_nonfinite.has_value()) {
    findings->first_nonfinite = {row, *named, values[*named]};
  }
}

// Looks at rows that keep their type.
void CheckKept(DType type, uint64_t columns, uint64_t first, uint64_t count,
               const uint8_t* blocks, RowFindings* findings) {
  const uint64_t row_bytes = *RowBytes(type, columns);
  for (uint64_t i = 0; i < count; ++i) {
    const uint8_t* row = blocks + i * row_bytes;
    if (findings->zero) findings->zero = IsZeroRow(type, row, columns);
    const std::optional<uint64_t> found = FindNonFinite(type, row, columns);
    if (!found.has_value()) continue;
    std::vector<float> values(columns);
    const Codec* codec = FindCodec(type);
    if (codec != nullptr && codec->dequantize_row != nullptr) {
      codec->dequantize_row(row, static_cast<int64_t>(columns), values.data());
    }
    // What cannot be decoded, or is decoded to something nevertheless.
    if (std::all_of(values.begin(), values.end(),
                    [](float value) { return std::isfinite(value); })) {
      values[*found] = std::nanf("");
    }
    CountNonFinite(values, values, first + i, findings);
  }
}

}  // namespace

void ConvertRows(const WeightSource& source, const ArenaPlan& plan,
                 size_t index, uint64_t first, uint64_t count, uint8_t* blocks,
                 RowFindings* findings) {
  const SourceTensor& from = source.tensors[index];
  const DType to = plan.tensors[index].type;
  const uint64_t columns = from.columns();
  if (to == from.type) {
    source.ReadRows(from, first, count, blocks);
    CheckKept(to, columns, first, count, blocks, findings);
    return;
  }
  const uint64_t to_bytes = *RowBytes(to, columns);
  const uint64_t from_bytes = *RowBytes(from.type, columns);
  const Codec& decode = *FindCodec(from.type);
  const Codec& encode = *FindCodec(to);
  const QuantizeRowFn quantize = QuantizerOf(encode, plan.high_effort);
  std::vector<uint8_t> copy(from_bytes);
  std::vector<float> values(columns);
  std::vector<float> stored(columns);
  std::vector<float> usable;
  std::vector<float> weights;
  const int64_t elements = static_cast<int64_t>(columns);
  absl::Span<const float> importance;
  if (plan.importance != nullptr) {
    importance = UsableImportance(
        plan.importance->Find(from.name, first / from.rows_per_matrix(),
                              columns),
        to, &usable);
  }
  for (uint64_t row = first; row < first + count; ++row) {
    const uint8_t* raw = source.RowsInPlace(from, row, 1).data();
    if (raw == nullptr) {
      source.ReadRows(from, row, 1, copy.data());
      raw = copy.data();
    }
    findings->source_hash = ChainedXxh64(findings->source_hash,
                                         absl::MakeConstSpan(raw, from_bytes));
    decode.dequantize_row(raw, elements, values.data());
    if (findings->zero) findings->zero = AreZero(values);
    const absl::Span<const float> of_row =
        plan.high_effort ? WeighByValue(values, importance, &weights)
                         : importance;
    quantize(values.data(), elements, of_row.empty() ? nullptr : of_row.data(),
             blocks);
    encode.dequantize_row(blocks, elements, stored.data());
    findings->distortion.Add(values.data(), stored.data(), elements);
    if (!findings->distortion.IsFinite()) {
      CountNonFinite(values, stored, row, findings);
    }
    blocks += to_bytes;
  }
}

uint64_t HashSourceRows(const WeightSource& source, const SourceTensor& tensor,
                        uint64_t first, uint64_t count) {
  const uint64_t bytes = *RowBytes(tensor.type, tensor.columns());
  std::vector<uint8_t> copy(bytes);
  uint64_t hash = 0;
  for (uint64_t row = first; row < first + count; ++row) {
    const uint8_t* raw = source.RowsInPlace(tensor, row, 1).data();
    if (raw == nullptr) {
      source.ReadRows(tensor, row, 1, copy.data());
      raw = copy.data();
    }
    hash = ChainedXxh64(hash, absl::MakeConstSpan(raw, bytes));
  }
  return hash;
}

}  // namespace tessera
