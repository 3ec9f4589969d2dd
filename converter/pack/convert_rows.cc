#include "converter/pack/convert_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

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
  if (findings->zero) findings->zero = IsZero(blocks, count * row_bytes);
  for (uint64_t i = 0; i < count; ++i) {
    const uint8_t* row = blocks + i * row_bytes;
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
    if (findings->zero) findings->zero = IsZero(raw, from_bytes);
    findings->source_hash = ChainedXxh64(findings->source_hash,
                                         absl::MakeConstSpan(raw, from_bytes));
    decode.dequantize_row(raw, elements, values.data());
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
