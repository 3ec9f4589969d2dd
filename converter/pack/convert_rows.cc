#include "converter/pack/convert_rows.h"

#include <vector>

#include "converter/quantize/value_weights.h"
#include "formats/quant/codec.h"

namespace tessera {

void ConvertRows(const WeightSource& source, const ArenaPlan& plan,
                 size_t index, uint64_t first, uint64_t count, uint8_t* blocks,
                 Distortion* distortion) {
  const SourceTensor& from = source.tensors[index];
  const DType to = plan.tensors[index].type;
  if (to == from.type) {
    source.ReadRows(from, first, count, blocks);
    return;
  }
  const uint64_t columns = from.columns();
  const uint64_t to_bytes = *RowBytes(to, columns);
  const Codec& decode = *FindCodec(from.type);
  const Codec& encode = *FindCodec(to);
  const QuantizeRowFn quantize = QuantizerOf(encode, plan.high_effort);
  std::vector<uint8_t> copy(*RowBytes(from.type, columns));
  std::vector<float> values(columns);
  std::vector<float> stored(columns);
  std::vector<float> weights;
  const int64_t elements = static_cast<int64_t>(columns);
  absl::Span<const float> importance;
  if (plan.importance != nullptr) {
    importance = plan.importance->Find(from.name,
                                       first / from.rows_per_matrix(), columns);
  }
  for (uint64_t row = first; row < first + count; ++row) {
    const uint8_t* raw = source.RowsInPlace(from, row, 1).data();
    if (raw == nullptr) {
      source.ReadRows(from, row, 1, copy.data());
      raw = copy.data();
    }
    decode.dequantize_row(raw, elements, values.data());
    const absl::Span<const float> of_row =
        plan.high_effort ? WeighByValue(values, importance, &weights)
                         : importance;
    quantize(values.data(), elements, of_row.empty() ? nullptr : of_row.data(),
             blocks);
    encode.dequantize_row(blocks, elements, stored.data());
    distortion->Add(values.data(), stored.data(), elements);
    blocks += to_bytes;
  }
}

}  // namespace tessera
