#include "bench/synthetic_model.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "bench/model_tensors.h"
#include "bench/random_rows.h"
#include "bench/synthetic_tokenizer.h"
#include "converter/gguf_file_type.h"
#include "converter/source/gguf_tokenizer.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/gguf/gguf_writer.h"
#include "formats/model/gguf_config.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// From here on type numbers are ours (formats/dtype/dtype.h).
constexpr uint32_t kFirstOwnType = 1000;
constexpr uint64_t kPoolRows = 2048;
constexpr uint64_t kWriteBytes = uint64_t{8} << 20;

// Rows of each (type, columns), quantized when they are first needed.
class RowPools {
 public:
  explicit RowPools(ThreadPool& pool) : pool_(pool) {}

  absl::StatusOr<const RandomRows*> Find(DType type, uint64_t columns) {
    const auto key = std::make_pair(type, columns);
    auto found = rows_.find(key);
    if (found == rows_.end()) {
      TESSERA_ASSIGN_OR_RETURN(
          RandomRows rows,
          RandomRows::Create(type, columns, kPoolRows, columns, pool_));
      found = rows_.emplace(key, std::move(rows)).first;
    }
    return &found->second;
  }

 private:
  ThreadPool& pool_;
  std::map<std::pair<DType, uint64_t>, RandomRows> rows_;
};

GgufMetadata MakeMetadata(const ModelShape& shape,
                          const QuantizeRecipe& recipe) {
  GgufMetadata metadata;
  AppendModelConfig(shape.model, &metadata);
  metadata.Append("general.name", GgufValue::String(absl::StrCat(
                                      shape.name, " with random weights")));
  const std::optional<uint32_t> file_type = GgufFileType(recipe.name());
  if (file_type.has_value()) {
    metadata.Append("general.file_type", GgufValue::Scalar(*file_type));
  }
  metadata.Append("general.quantization_version",
                  GgufValue::Scalar<uint32_t>(2));
  AppendTokenizer(MakeSyntheticTokenizer(shape.model.vocab_size()), &metadata);
  return metadata;
}

absl::Status CheckShape(const ModelShape& shape) {
  if (!shape.has_model()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shape ", shape.name,
        ": has no hyper-parameters, so no model can be made of it"));
  }
  if (shape.model.vocab_size() < kLeastSyntheticTokens) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shape ", shape.name, ": vocab_size is ", shape.model.vocab_size(),
        ", expected at least ", kLeastSyntheticTokens));
  }
  return absl::OkStatus();
}

// The weights of a norm are ones, biases zeros.
std::vector<uint8_t> VectorBytes(const GgufTensor& tensor) {
  const std::optional<TensorName> name = ParseGgufName(tensor.name);
  const bool is_bias = name.has_value() && name->part == TensorPart::kBias;
  const std::vector<float> values(tensor.shape[0], is_bias ? 0.0f : 1.0f);
  std::vector<uint8_t> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

absl::Status WriteMatrix(const GgufTensor& tensor, const RandomRows& rows,
                         uint64_t seed, AtomicFile& file) {
  const uint64_t row_bytes = rows.row_bytes();
  const uint64_t step = std::max<uint64_t>(kWriteBytes / row_bytes, 1);
  RandomSequence random(seed);
  std::vector<uint8_t> bytes;
  for (uint64_t row = 0; row < tensor.shape[0]; row += step) {
    const uint64_t count = std::min(step, tensor.shape[0] - row);
    bytes.resize(count * row_bytes);
    for (uint64_t i = 0; i < count; ++i) {
      std::memcpy(bytes.data() + i * row_bytes, rows.row(random.Next()),
                  row_bytes);
    }
    TESSERA_RETURN_IF_ERROR(
        file.WriteAt(tensor.offset + row * row_bytes, bytes));
  }
  return absl::OkStatus();
}

absl::Status WriteTensors(const std::vector<GgufTensor>& tensors,
                          ThreadPool& pool, AtomicFile& file) {
  RowPools pools(pool);
  uint64_t seed = 0;
  for (const GgufTensor& tensor : tensors) {
    ++seed;
    if (tensor.shape.size() == 1) {
      TESSERA_RETURN_IF_ERROR(file.WriteAt(tensor.offset, VectorBytes(tensor)));
      continue;
    }
    TESSERA_ASSIGN_OR_RETURN(const RandomRows* rows,
                             pools.Find(tensor.type, tensor.shape[1]));
    TESSERA_RETURN_IF_ERROR(WriteMatrix(tensor, *rows, seed, file));
  }
  return absl::OkStatus();
}

void ChooseTypes(const ModelConfig& model, const QuantizeRecipe& recipe,
                 std::vector<GgufTensor>* tensors) {
  ModelSummary summary;
  summary.architecture = model.model_type();
  summary.layers = model.num_hidden_layers();
  summary.experts = model.num_experts();
  summary.heads_per_kv_head =
      model.num_attention_heads() /
      std::max<uint64_t>(model.num_key_value_heads(), 1);
  std::vector<TensorSummary> summaries;
  for (const GgufTensor& tensor : *tensors) {
    summaries.push_back({tensor.name, tensor.type, tensor.shape});
  }
  const std::vector<DType> types = recipe.ChooseTypes(summaries, summary);
  for (size_t i = 0; i < types.size(); ++i) (*tensors)[i].type = types[i];
}

bool IsInLayer(const ModelTensor& tensor) {
  return InfoOf(tensor.role).place == TensorPlace::kLayer;
}

}  // namespace

absl::StatusOr<std::vector<GgufTensor>> SyntheticTensors(
    const ModelShape& shape, const QuantizeRecipe& recipe) {
  const ModelConfig& model = shape.model;
  TESSERA_ASSIGN_OR_RETURN(const std::vector<ModelTensor> described,
                           TensorsOf(model));
  std::vector<GgufTensor> tensors;
  const auto add = [&](const ModelTensor& tensor,
                       std::optional<uint64_t> layer) {
    tensors.push_back({GgufName({tensor.role, tensor.part, layer}), DType::kF32,
                       tensor.shape});
  };
  for (const ModelTensor& tensor : described) {
    if (tensor.role == TensorRole::kTokenEmbedding) add(tensor, std::nullopt);
  }
  for (uint64_t layer = 0; layer < model.num_hidden_layers(); ++layer) {
    for (const ModelTensor& tensor : described) {
      if (IsInLayer(tensor)) add(tensor, layer);
    }
  }
  for (const ModelTensor& tensor : described) {
    if (!IsInLayer(tensor) && tensor.role != TensorRole::kTokenEmbedding) {
      add(tensor, std::nullopt);
    }
  }
  ChooseTypes(model, recipe, &tensors);
  return tensors;
}

absl::StatusOr<bool> GgufHasTypesOf(const ModelShape& shape,
                                    const QuantizeRecipe& recipe) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<GgufTensor> tensors,
                           SyntheticTensors(shape, recipe));
  return std::all_of(tensors.begin(), tensors.end(), [](const GgufTensor& t) {
    return static_cast<uint32_t>(t.type) < kFirstOwnType;
  });
}

absl::Status WriteSyntheticGguf(const ModelShape& shape,
                                const QuantizeRecipe& recipe,
                                const std::string& path, ThreadPool& pool) {
  TESSERA_RETURN_IF_ERROR(CheckShape(shape));
  TESSERA_ASSIGN_OR_RETURN(std::vector<GgufTensor> tensors,
                           SyntheticTensors(shape, recipe));
  auto header =
      EncodeGgufHeader(MakeMetadata(shape, recipe), std::move(tensors));
  if (!header.ok()) return WithPath(path, header.status());
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path, true));
  TESSERA_RETURN_IF_ERROR(file.WriteAt(
      0, absl::MakeConstSpan(
             reinterpret_cast<const uint8_t*>(header->bytes.data()),
             header->bytes.size())));
  TESSERA_RETURN_IF_ERROR(WriteTensors(header->tensors, pool, file));
  TESSERA_RETURN_IF_ERROR(file.Resize(header->file_size));
  return file.Commit();
}

}  // namespace tessera
