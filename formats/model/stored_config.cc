#include "formats/model/stored_config.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/arena/attachment.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/model/architecture.h"
#include "formats/model/check_tensors.h"
#include "formats/model/gguf_config.h"
#include "formats/model/hugging_face_config.h"
#include "formats/model/layer_experts.h"
#include "formats/model/limit_vocabulary.h"
#include "formats/model/required_tensors.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

constexpr absl::string_view kTokensKey = "tokenizer.ggml.tokens";

const SourceMetadata* Find(const Source& source, absl::string_view key) {
  for (const SourceMetadata& entry : source.metadata()) {
    if (entry.key() == key) return &entry;
  }
  return nullptr;
}

// Those entries that a configuration is read from.
absl::StatusOr<GgufMetadata> ConfigMetadata(
    const Source& source, const SourceMetadata& architecture) {
  GgufMetadata metadata;
  const auto append = [&](const SourceMetadata& entry) -> absl::Status {
    const auto* bytes = reinterpret_cast<const uint8_t*>(entry.value().data());
    TESSERA_ASSIGN_OR_RETURN(
        GgufValue value,
        GgufValue::FromRaw(entry.type(),
                           absl::MakeConstSpan(bytes, entry.value().size())));
    metadata.Append(entry.key(), std::move(value));
    return absl::OkStatus();
  };
  TESSERA_RETURN_IF_ERROR(append(architecture));
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view name,
                           metadata.GetString(kArchitectureKey));
  const std::string prefix = absl::StrCat(name, ".");
  for (const SourceMetadata& entry : source.metadata()) {
    // Lists that the tokenizer gives back have no value.
    if (absl::StartsWith(entry.key(), prefix) ||
        (entry.key() == kTokensKey && !entry.value().empty())) {
      TESSERA_RETURN_IF_ERROR(append(entry));
    }
  }
  return metadata;
}

// Of the tensors that have names of GGUF's.
std::vector<absl::string_view> NamesOf(const Manifest& manifest) {
  std::vector<absl::string_view> names;
  for (const Tensor& tensor : manifest.tensors()) {
    if (!tensor.unmapped()) names.push_back(tensor.name());
  }
  return names;
}

// A sentence about layers that have fewer experts than others.
std::vector<std::string> UnevenExperts(const Manifest& manifest,
                                       const ModelConfig& model) {
  LayerExperts experts;
  for (const Tensor& tensor : manifest.tensors()) {
    if (!tensor.unmapped()) experts.Add(tensor.name(), tensor.shape());
  }
  const std::string sentence = experts.Uneven(model);
  return sentence.empty() ? std::vector<std::string>()
                          : std::vector<std::string>{sentence};
}

std::vector<FoundTensor> TensorsOf(const Manifest& manifest) {
  std::vector<FoundTensor> tensors;
  for (const Tensor& tensor : manifest.tensors()) {
    if (tensor.unmapped()) continue;
    tensors.push_back(
        {tensor.name(), tensor.source_name(),
         absl::MakeConstSpan(tensor.shape().data(), tensor.shape().size())});
  }
  return tensors;
}

// Those that both the embedding and the output have.
uint64_t RowsOfVocabulary(const Manifest& manifest) {
  uint64_t rows = std::numeric_limits<uint64_t>::max();
  for (const Tensor& tensor : manifest.tensors()) {
    if (tensor.unmapped() || tensor.shape_size() != 2) continue;
    if (tensor.name() == GgufName(TensorRole::kTokenEmbedding) ||
        tensor.name() == GgufName(TensorRole::kOutput)) {
      rows = std::min<uint64_t>(rows, tensor.shape(0));
    }
  }
  return rows == std::numeric_limits<uint64_t>::max() ? 0 : rows;
}

void Append(const std::vector<std::string>& sentences, ModelConfig* model) {
  for (const std::string& sentence : sentences) {
    model->add_not_understood(sentence);
  }
}

absl::StatusOr<ModelConfig> FromMetadata(const Manifest& manifest,
                                         const SourceMetadata& architecture) {
  TESSERA_ASSIGN_OR_RETURN(const GgufMetadata metadata,
                           ConfigMetadata(manifest.source(), architecture));
  TESSERA_ASSIGN_OR_RETURN(ModelConfig model, ModelConfigFromGguf(metadata));
  if (model.vocab_size() == 0) {
    model.set_vocab_size(
        static_cast<uint64_t>(manifest.tokenizer().token_length_size()));
  }
  for (const Tensor& tensor : manifest.tensors()) {
    LimitVocabulary(tensor.name(), tensor.shape(), &model);
  }
  RaiseVocabulary(
      static_cast<uint64_t>(manifest.tokenizer().token_length_size()),
      RowsOfVocabulary(manifest), &model);
  const Architecture* described = FindArchitecture(model.model_type());
  if (described != nullptr) {
    Append(FindUnevenTensors(NamesOf(manifest), *described,
                             model.num_hidden_layers()),
           &model);
    Append(UnevenExperts(manifest, model), &model);
    CompleteFromTensors(TensorsOf(manifest), /*is_gguf=*/true, &model);
  }
  return model;
}

// Versions that did not know what Gemma's norms lack stored them without it.
void CheckNorms(const Architecture& architecture, const ModelConfig& stored,
                ModelConfig* model) {
  if (!architecture.hugging_face_norms_lack_one ||
      stored.embedding_scale() != 0) {
    return;
  }
  model->clear_embedding_scale();  // an arena made of this one is no better
  model->add_not_understood(
      "the weights of its norms lack 1, since the arena was made by an older "
      "version; convert the checkpoint again");
}

// Why an arena says nothing about its model.
absl::Status NoConfig(const Manifest& manifest) {
  if (manifest.tensors_only()) {
    return absl::NotFoundError(
        "the arena was made with --tensors_only: it holds tensors, not a "
        "model");
  }
  const Source& source = manifest.source();
  const std::string file =
      source.files().empty() ? "its source" : Quoted(source.files(0).name());
  if (source.format() == "safetensors") {
    return absl::NotFoundError(absl::StrCat(
        "the arena was made from tensors alone: there was no config.json "
        "beside ",
        file));
  }
  if (source.format() == "gguf") {
    return absl::NotFoundError(absl::StrCat("the arena holds no model: ", file,
                                            ", from which it was made, has no ",
                                            kArchitectureKey));
  }
  return absl::NotFoundError(
      "the arena holds no model configuration, only tensors");
}

}  // namespace

absl::StatusOr<ModelConfig> StoredModelConfig(const Manifest& manifest,
                                              absl::Span<const uint8_t> file) {
  if (manifest.tensors_only()) return NoConfig(manifest);
  const SourceMetadata* architecture =
      Find(manifest.source(), kArchitectureKey);
  if (architecture != nullptr) return FromMetadata(manifest, *architecture);
  const Attachment* config = FindAttachment(manifest, "config.json");
  if (config != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const std::string json,
                             ReadAttachment(*config, file));
    TESSERA_ASSIGN_OR_RETURN(HuggingFaceConfig parsed,
                             ParseHuggingFaceConfig(json));
    if (parsed.architecture != nullptr) {
      CheckNorms(*parsed.architecture, manifest.model(), &parsed.model);
      Append(FindContradictoryTensors(NamesOf(manifest), parsed),
             &parsed.model);
      RaiseVocabulary(
          static_cast<uint64_t>(manifest.tokenizer().token_length_size()),
          RowsOfVocabulary(manifest), &parsed.model);
      Append(UnevenExperts(manifest, parsed.model), &parsed.model);
      CompleteFromTensors(TensorsOf(manifest), /*is_gguf=*/false,
                          &parsed.model);
    }
    return std::move(parsed.model);
  }
  if (!manifest.has_model()) return NoConfig(manifest);
  return manifest.model();
}

}  // namespace tessera
