#include "bench/advise/advised_matrices.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "converter/pack/choose_layout.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

void AddMatrix(const TurnMatrix& matrix, MatrixDuty duty,
               std::vector<AdvisedMatrix>* matrices) {
  if (!CanBeInTiles(matrix.type)) return;
  const auto same = [&matrix](const AdvisedMatrix& other) {
    return other.matrix.type == matrix.type &&
           other.matrix.rows == matrix.rows &&
           other.matrix.columns == matrix.columns;
  };
  const auto known = std::find_if(matrices->begin(), matrices->end(), same);
  if (known == matrices->end()) {
    matrices->push_back({matrix, duty});
  } else if (duty == MatrixDuty::kGemm) {
    known->duty = duty;
  }
}

bool HasOutput(const WeightSource& source) {
  return std::any_of(source.tensors.begin(), source.tensors.end(),
                     [](const SourceTensor& t) {
                       return t.name == GgufName(TensorRole::kOutput);
                     });
}

bool IsColdTensor(const SourceTensor& tensor, bool tied_embeddings) {
  const std::optional<TensorName> name = ParseGgufName(tensor.name);
  return name.has_value() && IsCold(name->role, tied_embeddings);
}

}  // namespace

std::vector<AdvisedMatrix> MatricesOfShapes(
    const std::vector<ModelShape>& shapes, const std::vector<DType>& types) {
  std::vector<AdvisedMatrix> matrices;
  for (const DType type : types) {
    for (const ModelShape& shape : shapes) {
      for (const ShapeMatrix& matrix : shape.matrices) {
        AddMatrix({type, matrix.rows, matrix.columns},
                  DutyOf(absl::StrCat(matrix.name, ".weight")), &matrices);
      }
    }
  }
  return matrices;
}

absl::StatusOr<std::vector<AdvisedMatrix>> MatricesOfModel(
    const std::string& path, const std::vector<DType>& types) {
  TESSERA_ASSIGN_OR_RETURN(const WeightSource source, OpenWeightSource(path));
  const bool tied_embeddings = !HasOutput(source);
  std::vector<AdvisedMatrix> matrices;
  for (size_t i = 0; i < std::max<size_t>(types.size(), 1); ++i) {
    for (const SourceTensor& tensor : source.tensors) {
      if (tensor.shape.size() < 2 || tensor.rows_per_matrix() < 2 ||
          IsColdTensor(tensor, tied_embeddings)) {
        continue;
      }
      AddMatrix({types.empty() ? tensor.type : types[i],
                 static_cast<int64_t>(tensor.rows_per_matrix()),
                 static_cast<int64_t>(tensor.columns())},
                DutyOf(tensor.name), &matrices);
    }
  }
  return matrices;
}

}  // namespace tessera
