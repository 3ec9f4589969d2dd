#include "converter/pack/convert_rows.h"

#include <vector>

#include "formats/quant/codec.h"

namespace tessera {

void ConvertRows(const WeightSource& source, const SourceTensor& from,
                 const PlannedTensor& to, uint64_t first, uint64_t count,
                 uint8_t* blocks, Distortion* distortion) {
  if (to.type == from.type) {
    source.ReadRows(from, first, count, blocks);
    return;
  }
  const uint64_t columns = from.columns();
  const uint64_t to_bytes = *RowBytes(to.type, columns);
  const Codec& decode = *FindCodec(from.type);
  const Codec& encode = *FindCodec(to.type);
  std::vector<uint8_t> raw(*RowBytes(from.type, columns));
  std::vector<float> values(columns);
  std::vector<float> stored(columns);
  const int64_t elements = static_cast<int64_t>(columns);
  for (uint64_t row = 0; row < count; ++row) {
    source.ReadRows(from, first + row, 1, raw.data());
    decode.dequantize_row(raw.data(), elements, values.data());
    uint8_t* block = blocks + row * to_bytes;
    encode.quantize_row(values.data(), elements, /*importance=*/nullptr, block);
    encode.dequantize_row(block, elements, stored.data());
    distortion->Add(values.data(), stored.data(), elements);
  }
}

}  // namespace tessera
