#include "converter/source/share_embedding.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

constexpr uint64_t kRowsAtOnce = 16;

std::vector<SourceTensor>::iterator Find(TensorRole role,
                                         WeightSource* source) {
  return std::find_if(source->tensors.begin(), source->tensors.end(),
                      [name = GgufName(role)](const SourceTensor& tensor) {
                        return tensor.name == name;
                      });
}

// Rows of a tensor, as they are read and as floats.
class RowReader {
 public:
  RowReader(const WeightSource& source, const SourceTensor& tensor)
      : source_(source),
        tensor_(tensor),
        row_bytes_(*RowBytes(tensor.type, tensor.columns())) {}

  const std::vector<uint8_t>& Read(uint64_t first, uint64_t count) {
    bytes_.resize(count * row_bytes_);
    source_.ReadRows(tensor_, first, count, bytes_.data());
    return bytes_;
  }

  // What Read has read.
  const std::vector<float>& Decode(const Codec& codec) {
    const uint64_t rows = bytes_.size() / std::max<uint64_t>(row_bytes_, 1);
    values_.resize(rows * tensor_.columns());
    for (uint64_t row = 0; row < rows; ++row) {
      codec.dequantize_row(bytes_.data() + row * row_bytes_,
                           static_cast<int64_t>(tensor_.columns()),
                           values_.data() + row * tensor_.columns());
    }
    return values_;
  }

 private:
  const WeightSource& source_;
  const SourceTensor& tensor_;
  const uint64_t row_bytes_;
  std::vector<uint8_t> bytes_;
  std::vector<float> values_;
};

// True if all values are the same, whatever they are stored as.
bool AreEqual(const WeightSource& source, const SourceTensor& a,
              const SourceTensor& b) {
  if (a.shape != b.shape) return false;
  const Codec* codec_a = FindCodec(a.type);
  const Codec* codec_b = FindCodec(b.type);
  const bool can_decode = codec_a != nullptr && codec_b != nullptr &&
                          codec_a->dequantize_row != nullptr &&
                          codec_b->dequantize_row != nullptr;
  if (a.type != b.type && !can_decode) return false;
  RowReader reader_a(source, a);
  RowReader reader_b(source, b);
  for (uint64_t row = 0; row < a.rows(); row += kRowsAtOnce) {
    const uint64_t count = std::min(kRowsAtOnce, a.rows() - row);
    const bool same_bytes =
        reader_a.Read(row, count) == reader_b.Read(row, count);
    if (a.type == b.type
            ? !same_bytes
            : reader_a.Decode(*codec_a) != reader_b.Decode(*codec_b)) {
      return false;
    }
  }
  return true;
}

void SetTied(bool tied, WeightSource* source) {
  if (source->model.has_value()) source->model->set_tie_word_embeddings(tied);
}

}  // namespace

void ShareEmbedding(bool tied, WeightSource* source) {
  const auto embedding = Find(TensorRole::kTokenEmbedding, source);
  const auto output = Find(TensorRole::kOutput, source);
  const bool has_embedding = embedding != source->tensors.end();
  const bool has_output = output != source->tensors.end();
  if (!has_embedding && !has_output) return;
  if (has_embedding && has_output) {
    if (!tied) return;
    if (AreEqual(*source, *embedding, *output)) {
      source->tensors.erase(output);
      return;
    }
    source->notes.push_back(absl::StrCat(
        output->source_name, " differs from ", embedding->source_name,
        ", though the configuration says that they are one "
        "(tie_word_embeddings); both are kept and used"));
    SetTied(false, source);
    return;
  }
  SourceTensor& only = has_embedding ? *embedding : *output;
  if (!tied) {
    source->notes.push_back(absl::StrCat(
        "there is no ", has_embedding ? "output matrix" : "embedding",
        ", though the configuration says that there is (tie_word_embeddings); ",
        only.source_name, " is taken for both"));
  }
  only.name = GgufName(TensorRole::kTokenEmbedding);
  SetTied(true, source);
}

}  // namespace tessera
