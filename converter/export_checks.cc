#include "converter/export_checks.h"

#include <algorithm>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "formats/model/activation.h"
#include "formats/model/architecture.h"
#include "formats/model/config_field.h"
#include "formats/model/gguf_config.h"

namespace tessera {
namespace {

std::string ValueText(const ConfigField& field, const ModelConfig& model) {
  switch (field.kind) {
    case ConfigKind::kCount:
      return absl::StrCat((model.*field.count)());
    case ConfigKind::kNumber:
      return absl::StrCat((model.*field.number)());
    case ConfigKind::kFlag:
      return (model.*field.flag)() ? "true" : "false";
  }
  return "";
}

ModelConfig::Layer LayerOf(const ModelConfig& model, int index) {
  return index < model.layers_size() ? model.layers(index)
                                     : ModelConfig::Layer();
}

std::string LayerText(const ModelConfig::Layer& layer) {
  return absl::StrCat(layer.window(), " positions, ",
                      ModelConfig::Layer::Rope_Name(layer.rope()));
}

std::string Lost(absl::string_view what, absl::string_view says,
                 absl::string_view taken) {
  return absl::StrCat(what, " is ", says, " in the arena, which GGUF cannot ",
                      "say: readers take ", taken,
                      ", and so it is another model");
}

}  // namespace

absl::Status CheckConfigIsUnderstood(const WeightSource& arena) {
  if (!arena.model.has_value()) return absl::OkStatus();
  if (FindArchitecture(arena.model->model_type()) == nullptr) {
    return absl::UnimplementedError(absl::StrCat(
        "architecture ", Quoted(arena.model->model_type()),
        " is not known to this version, so its tensors cannot have GGUF's "
        "names; convert it to an arena, or to GGUF with --tensors_only"));
  }
  if (arena.model->not_understood().empty()) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat(arena.model->not_understood(0),
                   "; a GGUF file without it would be another model"));
}

std::vector<std::string> SettingsThatAreLost(const WeightSource& arena,
                                             const GgufMetadata& metadata) {
  std::vector<std::string> lost;
  if (!arena.model.has_value()) return lost;
  const ModelConfig& model = *arena.model;
  const Architecture* architecture = FindArchitecture(model.model_type());
  if (architecture == nullptr) return lost;
  const absl::StatusOr<ModelConfig> read = ModelConfigFromGguf(metadata);
  if (!read.ok()) {
    lost.push_back(absl::StrCat("readers will not understand it: ",
                                read.status().message()));
    return lost;
  }
  for (const ConfigField& field : AllConfigFields()) {
    // Readers tell it by the tensors: there is an output matrix or not.
    if (field.name == "tie_word_embeddings") continue;
    const std::string says = ValueText(field, model);
    const std::string taken = ValueText(field, *read);
    if (says != taken) lost.push_back(Lost(field.name, says, taken));
  }
  if (ActivationOf(model, *architecture) !=
      ActivationOf(*read, *architecture)) {
    lost.push_back(Lost("hidden_act", model.hidden_act(),
                        read->hidden_act().empty() ? "the architecture's own"
                                                   : read->hidden_act()));
  }
  const int layers = std::max(model.layers_size(), read->layers_size());
  for (int i = 0; i < layers; ++i) {
    const ModelConfig::Layer says = LayerOf(model, i);
    const ModelConfig::Layer taken = LayerOf(*read, i);
    if (says.window() == taken.window() && says.rope() == taken.rope()) {
      continue;
    }
    lost.push_back(Lost(absl::StrCat("the window or rotation of layer ", i),
                        LayerText(says), LayerText(taken)));
    break;
  }
  if (model.rope_scaling().untruncated() !=
      read->rope_scaling().untruncated()) {
    lost.push_back(Lost("rope_scaling.truncate", "false", "true"));
  }
  return lost;
}

}  // namespace tessera
