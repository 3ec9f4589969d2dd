#include "converter/source/name_tensors.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/share_embedding.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

class TensorNamer {
 public:
  TensorNamer(const HuggingFaceConfig& config, const CheckpointNames& names,
              WeightSource* source)
      : architecture_(*config.architecture),
        names_(names),
        model_(config.model),
        multimodal_(config.multimodal),
        source_(*source) {}

  absl::Status Run();

 private:
  // True if the tensor is no part of what is converted.
  bool IsLeftOut(const SourceTensor& tensor,
                 const std::optional<TensorName>& name);
  absl::Status SetRows(const TensorName& name, SourceTensor* tensor) const;
  uint64_t RopeHeadsOf(TensorRole role) const;
  bool HeadsDivide(const SourceTensor& tensor, uint64_t heads,
                   uint64_t parts) const;
  absl::Status Transpose(SourceTensor* tensor) const;
  std::string PathOf(const SourceTensor& tensor) const {
    return source_.files[tensor.parts[0].file].path();
  }
  void NoteLeftOut();
  absl::Status CheckUnique() const;

  const Architecture& architecture_;
  const CheckpointNames& names_;
  const ModelConfig& model_;
  const bool multimodal_;
  WeightSource& source_;
  std::map<std::string, uint64_t> left_out_;  // tensors, by the part of a model
  uint64_t redundant_ = 0;                    // tensors that carry nothing
  std::string first_redundant_;
};

bool IsMatrix(const TensorName& name) {
  return name.part == TensorPart::kWeight &&
         InfoOf(name.role).rows != Dimension::kNone;
}

// "vision_tower" of "vision_tower.encoder.0.weight", and of
// "model.vision_tower.encoder.0.weight".
std::string PartOf(absl::string_view name) {
  absl::ConsumePrefix(&name, "model.");
  return std::string(name.substr(0, name.find('.')));
}

bool TensorNamer::IsLeftOut(const SourceTensor& tensor,
                            const std::optional<TensorName>& name) {
  const bool other_modality = multimodal_ && !name.has_value() &&
                              !names_.IsInTextModel(tensor.source_name);
  const std::string unwrapped = names_.Unwrapped(tensor.source_name);
  if (!other_modality && !absl::StartsWith(unwrapped, "mtp.")) return false;
  ++left_out_[PartOf(unwrapped)];
  return true;
}

// Heads within which the rows of a tensor change their order; 0: they do not.
uint64_t TensorNamer::RopeHeadsOf(TensorRole role) const {
  if (!architecture_.permutes_rope_rows()) return 0;
  if (role == TensorRole::kAttentionQuery) return model_.num_attention_heads();
  if (role == TensorRole::kAttentionKey) return model_.num_key_value_heads();
  return 0;
}

// Rows are moved within heads of `parts` parts. Those that do not divide into
// them stay where they are: no model has such a tensor
// (converter/check_model.h).
bool TensorNamer::HeadsDivide(const SourceTensor& tensor, uint64_t heads,
                              uint64_t parts) const {
  const uint64_t rows =
      tensor.shape.size() < 2 ? tensor.columns() : tensor.rows();
  return heads != 0 && rows % (parts * heads) == 0;
}

absl::Status TensorNamer::Transpose(SourceTensor* tensor) const {
  if (tensor->shape.size() != 2) return absl::OkStatus();
  if (FindDType(tensor->type)->block_elements != 1 ||
      tensor->scales.has_value()) {
    return absl::UnimplementedError(
        absl::StrCat(PathOf(*tensor), ": ", tensor->source_name, " of type ",
                     DTypeName(tensor->type), " would have to be transposed"));
  }
  std::swap(tensor->shape[0], tensor->shape[1]);
  tensor->transposed = true;
  return absl::OkStatus();
}

absl::Status TensorNamer::SetRows(const TensorName& name,
                                  SourceTensor* tensor) const {
  const uint64_t rope_heads = RopeHeadsOf(name.role);
  if (HeadsDivide(*tensor, rope_heads, 2)) tensor->rope_heads = rope_heads;
  if (rope_heads != 0) return absl::OkStatus();
  switch (architecture_.hugging_face_matrices) {
    case MatrixForm::kSame:
      return absl::OkStatus();
    case MatrixForm::kTransposed:
      return name.layer.has_value() && IsMatrix(name) ? Transpose(tensor)
                                                      : absl::OkStatus();
    case MatrixForm::kQkvByHead:
      if (name.role != TensorRole::kAttentionQkv) return absl::OkStatus();
      if (HeadsDivide(*tensor, model_.num_attention_heads(), 3)) {
        tensor->qkv_heads = model_.num_attention_heads();
      }
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void TensorNamer::NoteLeftOut() {
  if (redundant_ > 0) {
    source_.notes.push_back(absl::StrCat(
        redundant_,
        redundant_ == 1 ? " tensor follows from the configuration and is left "
                          "out: "
                        : " tensors follow from the configuration and are left "
                          "out, such as ",
        first_redundant_));
  }
  if (left_out_.empty()) return;
  std::vector<std::string> parts;
  for (const auto& [part, count] : left_out_) {
    parts.push_back(absl::StrCat(count, " of ", part));
  }
  source_.notes.push_back(absl::StrCat(
      "only what continues a text is converted; left out are tensors: ",
      absl::StrJoin(parts, ", ")));
}

// Matrices of experts have one name until they are merged.
absl::Status TensorNamer::CheckUnique() const {
  absl::flat_hash_map<absl::string_view, const SourceTensor*> by_name;
  for (const SourceTensor& tensor : source_.tensors) {
    const auto name = names_.Parse(tensor.source_name);
    if (name.has_value() && name->expert.has_value()) continue;
    const auto [other, is_new] = by_name.emplace(tensor.name, &tensor);
    if (is_new) continue;
    return absl::DataLossError(absl::StrCat(
        PathOf(tensor), ": ", Quoted(other->second->source_name), " and ",
        Quoted(tensor.source_name), " are one tensor, ", tensor.name));
  }
  return absl::OkStatus();
}

absl::Status TensorNamer::Run() {
  std::vector<SourceTensor> named;
  for (SourceTensor& tensor : source_.tensors) {
    if (IsRedundantHuggingFaceName(tensor.source_name, architecture_)) {
      if (redundant_++ == 0) first_redundant_ = tensor.source_name;
      continue;
    }
    const std::optional<TensorName> name = names_.Parse(tensor.source_name);
    if (IsLeftOut(tensor, name)) continue;
    if (name.has_value()) {
      tensor.name = GgufName(*name);
      TESSERA_RETURN_IF_ERROR(SetRows(*name, &tensor));
    }
    named.push_back(std::move(tensor));
  }
  source_.tensors = std::move(named);
  TESSERA_RETURN_IF_ERROR(CheckUnique());
  NoteLeftOut();
  ShareEmbedding(model_.tie_word_embeddings(), &source_);
  return absl::OkStatus();
}

}  // namespace

absl::Status NameTensors(const HuggingFaceConfig& config,
                         const CheckpointNames& names, WeightSource* source) {
  return TensorNamer(config, names, source).Run();
}

}  // namespace tessera
