#include "formats/model/gguf_layers.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/model/layer_rules.h"

namespace tessera {
namespace {

constexpr absl::string_view kPattern = "attention.sliding_window_pattern";
constexpr absl::string_view kWindow = "attention.sliding_window";

// Bools, or integers that are 0 or not.
absl::StatusOr<std::vector<bool>> ReadList(const GgufValue& value) {
  if (value.element_type() == GgufType::kBool) return value.GetBoolArray();
  TESSERA_ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers,
                           value.GetUintArray());
  std::vector<bool> flags;
  for (const uint64_t number : numbers) flags.push_back(number != 0);
  return flags;
}

absl::StatusOr<std::vector<bool>> Windowed(const Architecture& architecture,
                                           GgufKeys* keys,
                                           const ModelConfig& model) {
  const GgufValue* value = keys->Find(kPattern);
  if (value == nullptr || model.sliding_window() == 0) {
    return WindowedByRule(architecture, architecture.layer_period, 0, model);
  }
  if (!value->is_array()) {
    TESSERA_ASSIGN_OR_RETURN(const uint64_t period,
                             keys->GetCount(kPattern, true));
    return AllButLast(model.num_hidden_layers(), period);
  }
  if (value->element_count() != model.num_hidden_layers()) {
    return absl::DataLossError(
        absl::StrCat(keys->Key(kPattern), ": ", value->element_count(),
                     " values for ", model.num_hidden_layers(), " layers"));
  }
  return ReadList(*value);
}

}  // namespace

absl::Status ReadGgufLayers(const Architecture& architecture, GgufKeys* keys,
                            ModelConfig* model) {
  const bool listed = keys->Find(kPattern) != nullptr;
  if (model->sliding_window() != 0 && !listed &&
      (architecture.windowed_layers == WindowedLayers::kNone ||
       architecture.windowed_layers == WindowedLayers::kFrom)) {
    keys->DoNotUnderstandValue(kWindow);
    model->set_sliding_window(0);
  }
  if (model->sliding_window() == 0 &&
      architecture.layer_rope != LayerRope::kNotLast) {
    model->set_rope_local_theta(0);
    return absl::OkStatus();
  }
  if (model->num_hidden_layers() > kMaxListedLayers) {
    keys->DoNotUnderstand(keys->Key("block_count"), ": ",
                          model->num_hidden_layers(),
                          " layers are too many to have different windows");
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<bool> windowed,
                           Windowed(architecture, keys, *model));
  SetLayers(architecture, windowed, {}, model);
  return absl::OkStatus();
}

void AppendGgufLayers(const ModelConfig& model, GgufMetadata* metadata) {
  const Architecture* architecture = FindArchitecture(model.model_type());
  if (model.layers().empty() || model.sliding_window() == 0) return;
  std::vector<bool> windowed;
  for (const ModelConfig::Layer& layer : model.layers()) {
    windowed.push_back(layer.window() != 0);
  }
  const bool follows =
      architecture != nullptr && !architecture->lists_windows &&
      windowed ==
          WindowedByRule(*architecture, architecture->layer_period, 0, model);
  if (follows) return;
  const auto flags = std::make_unique<bool[]>(windowed.size());
  std::copy(windowed.begin(), windowed.end(), flags.get());
  metadata->Append(absl::StrCat(model.model_type(), ".", kPattern),
                   GgufValue::Array<bool>(
                       absl::MakeConstSpan(flags.get(), windowed.size())));
}

}  // namespace tessera
