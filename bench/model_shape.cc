#include "bench/model_shape.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/model_tensors.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// Keeps rows * columns * tokens * times far from overflow.
constexpr int64_t kMaxSize = int64_t{1} << 24;

constexpr absl::string_view kModelType = "model_type";
constexpr absl::string_view kDefaultModelType = "llama";
constexpr float kRmsNormEps = 1e-5f;
constexpr float kRopeTheta = 10000.0f;
constexpr uint64_t kDefaultPositions = 2048;

absl::StatusOr<int64_t> ParseSize(absl::string_view text) {
  int64_t value;
  if (!absl::SimpleAtoi(text, &value) || value < 0 || value > kMaxSize) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected an integer from 0 to ", kMaxSize, ", found ", Quoted(text)));
  }
  return value;
}

absl::StatusOr<ShapeMatrix> ParseMatrix(
    const std::vector<absl::string_view>& words) {
  ShapeMatrix matrix;
  matrix.name = std::string(words[0]);
  TESSERA_ASSIGN_OR_RETURN(matrix.rows, ParseSize(words[1]));
  TESSERA_ASSIGN_OR_RETURN(matrix.columns, ParseSize(words[2]));
  TESSERA_ASSIGN_OR_RETURN(matrix.times_per_token, ParseSize(words[3]));
  if (matrix.rows == 0 || matrix.columns == 0) {
    return absl::InvalidArgumentError("a matrix without rows or columns");
  }
  return matrix;
}

absl::Status SetHyperParameter(absl::string_view name, int64_t value,
                               ModelConfig* model) {
  if (name == "hidden_size") {
    model->set_hidden_size(value);
  } else if (name == "intermediate_size") {
    model->set_intermediate_size(value);
  } else if (name == "num_hidden_layers") {
    model->set_num_hidden_layers(value);
  } else if (name == "num_attention_heads") {
    model->set_num_attention_heads(value);
  } else if (name == "num_key_value_heads") {
    model->set_num_key_value_heads(value);
  } else if (name == "head_dim") {
    model->set_head_dim(value);
  } else if (name == "vocab_size") {
    model->set_vocab_size(value);
  } else if (name == "max_position_embeddings") {
    model->set_max_position_embeddings(value);
  } else if (name == "tie_word_embeddings") {
    model->set_tie_word_embeddings(value != 0);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown hyper-parameter ", Quoted(name)));
  }
  return absl::OkStatus();
}

absl::Status ParseLine(absl::string_view line, ModelShape* shape) {
  const absl::string_view content = line.substr(0, line.find('#'));
  const std::vector<absl::string_view> words =
      absl::StrSplit(content, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  if (words.empty()) return absl::OkStatus();
  if (words.size() == 2 && words[0] == kModelType) {
    if (FindArchitecture(words[1]) == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown model_type ", Quoted(words[1])));
    }
    shape->model.set_model_type(std::string(words[1]));
    return absl::OkStatus();
  }
  if (words.size() == 2) {
    TESSERA_ASSIGN_OR_RETURN(const int64_t value, ParseSize(words[1]));
    return SetHyperParameter(words[0], value, &shape->model);
  }
  if (words.size() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected NAME ROWS COLUMNS TIMES or NAME VALUE, found ",
                     words.size(), " words"));
  }
  TESSERA_ASSIGN_OR_RETURN(ShapeMatrix matrix, ParseMatrix(words));
  shape->matrices.push_back(std::move(matrix));
  return absl::OkStatus();
}

// Fills in what a file may leave out.
absl::Status CompleteModel(ModelConfig* model) {
  const bool complete =
      model->hidden_size() != 0 && model->intermediate_size() != 0 &&
      model->num_hidden_layers() != 0 && model->num_attention_heads() != 0 &&
      model->num_key_value_heads() != 0 && model->vocab_size() != 0;
  if (!complete) {
    return absl::InvalidArgumentError(
        "hyper-parameters are missing; give hidden_size, intermediate_size, "
        "num_hidden_layers, num_attention_heads, num_key_value_heads and "
        "vocab_size, or none");
  }
  if (model->model_type().empty()) {
    model->set_model_type(std::string(kDefaultModelType));
  }
  model->set_rms_norm_eps(kRmsNormEps);
  model->set_rope_theta(kRopeTheta);
  if (model->head_dim() == 0) {
    model->set_head_dim(model->hidden_size() / model->num_attention_heads());
  }
  model->set_rope_dimension_count(model->head_dim());
  if (model->max_position_embeddings() == 0) {
    model->set_max_position_embeddings(kDefaultPositions);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelShape> ParseModelShape(absl::string_view name,
                                           absl::string_view text) {
  ModelShape shape;
  shape.name = std::string(name);
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::Status status = ParseLine(line, &shape);
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "shape ", name, ", line ", number, ": ", status.message()));
    }
  }
  if (shape.matrices.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape ", name, ": lists no matrix"));
  }
  if (shape.model.ByteSizeLong() != 0) {
    const absl::Status status = CompleteModel(&shape.model);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape ", name, ": ", status.message()));
    }
  }
  return shape;
}

absl::StatusOr<std::vector<ShapeMatrix>> MatricesOf(const ModelConfig& model) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<ModelTensor> tensors,
                           TensorsOf(model));
  std::vector<ShapeMatrix> matrices;
  for (const ModelTensor& tensor : tensors) {
    if (tensor.shape.size() < 2) continue;
    // The embedding is read by row, unless it stands in for the output matrix.
    if (IsCold(tensor.role, model.tie_word_embeddings())) continue;
    const TensorRoleInfo& info =
        InfoOf(IsOutputMatrix(tensor.role) ? TensorRole::kOutput : tensor.role);
    const bool in_layer = info.place == TensorPlace::kLayer;
    matrices.push_back(
        {std::string(info.gguf_name), static_cast<int64_t>(tensor.shape[0]),
         static_cast<int64_t>(tensor.shape[1]),
         in_layer ? static_cast<int64_t>(model.num_hidden_layers()) : 1});
  }
  return matrices;
}

}  // namespace tessera
