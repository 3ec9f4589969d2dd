#include "formats/model/hugging_face_layers.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/hugging_face_defaults.h"
#include "formats/model/hugging_face_value.h"
#include "formats/model/layer_rules.h"

namespace tessera {
namespace {

constexpr absl::string_view kTypes = "layer_types";
constexpr absl::string_view kWindow = "sliding_window";
constexpr absl::string_view kUseWindow = "use_sliding_window";
constexpr absl::string_view kFirst = "max_window_layers";
constexpr absl::string_view kRotated = "no_rope_layers";
constexpr absl::string_view kRotatedPeriod = "no_rope_layer_interval";
// The second is what transformers 4.5x writes.
constexpr absl::string_view kPeriods[] = {"sliding_window_pattern",
                                          "_sliding_window_pattern"};

class LayerReader {
 public:
  LayerReader(JsonValue config, const Architecture& architecture,
              ModelConfig* model)
      : config_(config), architecture_(architecture), model_(*model) {}

  absl::Status Read();

 private:
  void DoNotUnderstand(absl::string_view key, JsonValue value) {
    model_.add_not_understood(NotUnderstood(key, value));
  }
  absl::Status DropUnusedWindow();
  absl::StatusOr<std::vector<bool>> Windowed();
  std::optional<std::vector<bool>> WindowedByTypes(JsonValue types);
  absl::StatusOr<uint64_t> Period();
  absl::StatusOr<uint64_t> First();
  absl::StatusOr<std::vector<bool>> Rotated();

  const JsonValue config_;
  const Architecture& architecture_;
  ModelConfig& model_;
};

// Models whose later layers only have a window have none unless they say so.
absl::Status LayerReader::DropUnusedWindow() {
  TESSERA_ASSIGN_OR_RETURN(const auto used,
                           FindConfigFlag(config_, kUseWindow));
  if (architecture_.windowed_layers == WindowedLayers::kFrom) {
    if (!used.value_or(false)) model_.set_sliding_window(0);
  } else if (model_.sliding_window() != 0 && !used.value_or(true)) {
    // Their class has the window nevertheless.
    DoNotUnderstand(kUseWindow, *FindMember(config_, kUseWindow));
  }
  return absl::OkStatus();
}

// True for each "sliding_attention"; nullopt if that is not all that there is.
std::optional<std::vector<bool>> LayerReader::WindowedByTypes(JsonValue types) {
  const auto layers = JsonElements(types);
  if (!layers.ok()) return std::nullopt;
  std::vector<bool> flags;
  for (const JsonValue layer : *layers) {
    const absl::StatusOr<absl::string_view> text = JsonString(layer);
    const bool windowed = text.ok() && *text == "sliding_attention";
    if (!windowed && !(text.ok() && *text == "full_attention")) {
      return std::nullopt;
    }
    flags.push_back(windowed);
  }
  const bool any = std::find(flags.begin(), flags.end(), true) != flags.end();
  if (!any) return std::vector<bool>(model_.num_hidden_layers(), false);
  if (flags.size() != model_.num_hidden_layers() ||
      model_.sliding_window() == 0) {
    return std::nullopt;
  }
  return flags;
}

absl::StatusOr<uint64_t> LayerReader::Period() {
  for (const absl::string_view key : kPeriods) {
    const auto value = FindMember(config_, key);
    if (!value.has_value()) continue;
    TESSERA_ASSIGN_OR_RETURN(const auto period, FindConfigCount(config_, key));
    return *period;
  }
  return architecture_.layer_period;
}

absl::StatusOr<uint64_t> LayerReader::First() {
  TESSERA_ASSIGN_OR_RETURN(const auto first,
                           FindConfigCount(config_, kFirst, true));
  const bool read = architecture_.windowed_layers == WindowedLayers::kFrom;
  if (!read && first.has_value() && model_.sliding_window() != 0) {
    DoNotUnderstand(kFirst, *FindMember(config_, kFirst));
  }
  if (first.has_value() || !read) return first.value_or(0);
  // A zero has been read as nothing.
  if (FindMember(config_, kFirst).has_value()) return 0;
  return static_cast<uint64_t>(
      HuggingFaceDefault(FindText(config_, "model_type"), kFirst).value_or(0));
}

absl::StatusOr<std::vector<bool>> LayerReader::Windowed() {
  const auto types = FindMember(config_, kTypes);
  if (types.has_value()) {
    std::optional<std::vector<bool>> flags = WindowedByTypes(*types);
    if (flags.has_value()) return *std::move(flags);
    DoNotUnderstand(kTypes, *types);
  }
  const auto window = FindMember(config_, kWindow);
  // Which layers of those that rotate by turns have one, is not known either.
  if (model_.sliding_window() != 0 && window.has_value() &&
      (architecture_.windowed_layers == WindowedLayers::kNone ||
       architecture_.layer_rope == LayerRope::kNotLast)) {
    DoNotUnderstand(kWindow, *window);
  }
  TESSERA_ASSIGN_OR_RETURN(const uint64_t first, First());
  // A period says nothing where there is no window.
  if (model_.sliding_window() == 0) {
    return std::vector<bool>(model_.num_hidden_layers(), false);
  }
  TESSERA_ASSIGN_OR_RETURN(const uint64_t period, Period());
  return WindowedByRule(architecture_, period, first, model_);
}

// 1 for each layer that rotates.
absl::StatusOr<std::vector<bool>> LayerReader::Rotated() {
  const auto list = FindMember(config_, kRotated);
  const uint64_t layers = model_.num_hidden_layers();
  if (architecture_.layer_rope != LayerRope::kNotLast) {
    if (list.has_value()) DoNotUnderstand(kRotated, *list);
    return std::vector<bool>();
  }
  if (!list.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(const auto period,
                             FindConfigCount(config_, kRotatedPeriod));
    return AllButLast(layers, period.value_or(architecture_.layer_period));
  }
  const absl::StatusOr<std::vector<uint64_t>> flags = JsonUintArray(*list);
  if (!flags.ok() || flags->size() != layers) {
    return ConfigError(kRotated, absl::StrCat("is ", JsonText(*list),
                                              ", expected 0 or 1 for each of ",
                                              layers, " layers"));
  }
  std::vector<bool> rotated;
  for (const uint64_t flag : *flags) rotated.push_back(flag != 0);
  return rotated;
}

absl::Status LayerReader::Read() {
  TESSERA_RETURN_IF_ERROR(DropUnusedWindow());
  if (model_.num_hidden_layers() > kMaxListedLayers) {
    return ConfigError("num_hidden_layers",
                       absl::StrCat("is ", model_.num_hidden_layers(),
                                    ", expected at most ", kMaxListedLayers));
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<bool> windowed, Windowed());
  TESSERA_ASSIGN_OR_RETURN(const std::vector<bool> rotated, Rotated());
  SetLayers(architecture_, windowed, rotated, &model_);
  return absl::OkStatus();
}

}  // namespace

bool IsLayerKey(absl::string_view key) {
  constexpr absl::string_view kOthers[] = {kTypes, kWindow,  kUseWindow,
                                           kFirst, kRotated, kRotatedPeriod};
  return std::find(std::begin(kOthers), std::end(kOthers), key) !=
             std::end(kOthers) ||
         std::find(std::begin(kPeriods), std::end(kPeriods), key) !=
             std::end(kPeriods);
}

absl::Status ReadHuggingFaceLayers(JsonValue config,
                                   const Architecture& architecture,
                                   ModelConfig* model) {
  return LayerReader(config, architecture, model).Read();
}

}  // namespace tessera
