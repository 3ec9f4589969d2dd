#include "formats/model/tensor_name.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

constexpr absl::string_view kGgufLayerPrefix = "blk.";

struct PartSuffix {
  absl::string_view text;
  TensorPart part;
};
constexpr PartSuffix kParts[] = {{".weight", TensorPart::kWeight},
                                 {".bias", TensorPart::kBias}};

// Removes a decimal number without leading zeros from the front of `text`.
std::optional<uint64_t> ConsumeDigits(absl::string_view* text) {
  size_t length = 0;
  while (length < text->size() && absl::ascii_isdigit((*text)[length])) {
    ++length;
  }
  const absl::string_view digits = text->substr(0, length);
  uint32_t number;
  if ((length > 1 && digits[0] == '0') || !absl::SimpleAtoi(digits, &number)) {
    return std::nullopt;
  }
  text->remove_prefix(length);
  return number;
}

// The same and a dot.
std::optional<uint64_t> ConsumeNumber(absl::string_view* text) {
  absl::string_view rest = *text;
  const std::optional<uint64_t> number = ConsumeDigits(&rest);
  if (!number.has_value() || !absl::ConsumePrefix(&rest, ".")) {
    return std::nullopt;
  }
  *text = rest;
  return number;
}

// Removes ".weight" or ".bias" from the end of `name`.
std::optional<TensorPart> ConsumePart(absl::string_view* name) {
  for (const PartSuffix& suffix : kParts) {
    if (absl::ConsumeSuffix(name, suffix.text)) return suffix.part;
  }
  return std::nullopt;
}

const absl::flat_hash_map<absl::string_view, TensorRole>& RolesByGgufName() {
  static const auto& roles = *[] {
    auto* map = new absl::flat_hash_map<absl::string_view, TensorRole>();
    for (const TensorRoleInfo& info : AllTensorRoles()) {
      map->emplace(info.gguf_name, info.role);
    }
    return map;
  }();
  return roles;
}

bool IsInLayer(TensorRole role) {
  return InfoOf(role).place == TensorPlace::kLayer;
}

bool IsExperts(const HuggingFaceName& name) {
  return absl::StrContains(name.module, '*');
}

// The role of a module that is no expert's: what `architecture` says itself,
// else what most say.
std::optional<TensorRole> RoleOfModule(absl::string_view module, bool in_layer,
                                       const Architecture& architecture) {
  for (const HuggingFaceName& name : architecture.hugging_face_names) {
    if (name.module == module && !name.part.has_value() && !IsExperts(name) &&
        IsInLayer(name.role) == in_layer) {
      return name.role;
    }
  }
  for (const TensorRoleInfo& info : AllTensorRoles()) {
    if (!info.hugging_face_name.empty() && info.hugging_face_name == module &&
        IsInLayer(info.role) == in_layer) {
      return info.role;
    }
  }
  return std::nullopt;
}

// "mlp.experts.7.up_proj" against "mlp.experts.*.up_proj".
std::optional<TensorName> ParseExpert(absl::string_view module,
                                      const Architecture& architecture) {
  for (const HuggingFaceName& pattern : architecture.hugging_face_names) {
    if (!IsExperts(pattern)) continue;
    const size_t star = pattern.module.find('*');
    absl::string_view rest = module;
    if (!absl::ConsumePrefix(&rest, pattern.module.substr(0, star))) continue;
    const std::optional<uint64_t> expert = ConsumeDigits(&rest);
    if (!expert.has_value() || rest != pattern.module.substr(star + 1)) {
      continue;
    }
    return TensorName{.role = pattern.role, .expert = *expert};
  }
  return std::nullopt;
}

std::optional<TensorName> ParseModule(absl::string_view module, bool in_layer,
                                      const Architecture& architecture) {
  const auto expert = ParseExpert(module, architecture);
  if (expert.has_value()) return expert;
  const auto role = RoleOfModule(module, in_layer, architecture);
  if (!role.has_value()) return std::nullopt;
  return TensorName{.role = *role};
}

// A whole name, that is no module's with ".weight" or ".bias".
std::optional<TensorName> ParseParameter(absl::string_view name,
                                         const Architecture& architecture) {
  for (const HuggingFaceName& own : architecture.hugging_face_names) {
    if (own.module == name && own.part.has_value()) {
      return TensorName{.role = own.role, .part = *own.part};
    }
  }
  return std::nullopt;
}

std::string InLayer(uint64_t layer, absl::string_view rest) {
  return absl::StrCat(kGgufLayerPrefix, layer, ".", rest);
}

}  // namespace

std::optional<TensorName> ParseGgufName(absl::string_view name) {
  TensorName result;
  if (absl::ConsumePrefix(&name, kGgufLayerPrefix)) {
    result.layer = ConsumeNumber(&name);
    if (!result.layer.has_value()) return std::nullopt;
  }
  const std::optional<TensorPart> part = ConsumePart(&name);
  const auto role = RolesByGgufName().find(name);
  if (!part.has_value() || role == RolesByGgufName().end() ||
      IsInLayer(role->second) != result.layer.has_value()) {
    return std::nullopt;
  }
  result.role = role->second;
  result.part = *part;
  return result;
}

std::optional<TensorName> ParseHuggingFaceName(
    absl::string_view name, const Architecture& architecture) {
  std::optional<uint64_t> layer;
  if (absl::ConsumePrefix(&name, architecture.hugging_face_layers)) {
    layer = ConsumeNumber(&name);
    if (!layer.has_value()) return std::nullopt;
  }
  absl::string_view module = name;
  const std::optional<TensorPart> part = ConsumePart(&module);
  std::optional<TensorName> result =
      part.has_value() ? ParseModule(module, layer.has_value(), architecture)
                       : ParseParameter(name, architecture);
  if (!result.has_value() || IsInLayer(result->role) != layer.has_value()) {
    return std::nullopt;
  }
  if (part.has_value()) result->part = *part;
  result->layer = layer;
  return result;
}

std::string HuggingFaceNameOf(const TensorName& name,
                              const Architecture& architecture) {
  const std::string layers =
      name.layer.has_value()
          ? absl::StrCat(architecture.hugging_face_layers, *name.layer, ".")
          : "";
  absl::string_view module = InfoOf(name.role).hugging_face_name;
  for (const HuggingFaceName& own : architecture.hugging_face_names) {
    if (own.role != name.role) continue;
    if (own.part == name.part) return absl::StrCat(layers, own.module);
    if (!own.part.has_value()) module = own.module;
  }
  if (module.empty()) return GgufName(name);
  return absl::StrCat(layers, module,
                      kParts[static_cast<size_t>(name.part)].text);
}

bool IsRedundantHuggingFaceName(absl::string_view name,
                                const Architecture& architecture) {
  for (const absl::string_view end : architecture.hugging_face_redundant) {
    if (absl::EndsWith(name, end)) return true;
  }
  return false;
}

std::string GgufName(const TensorName& name) {
  const std::string rest = GgufName(name.role, name.part);
  return name.layer.has_value() ? InLayer(*name.layer, rest) : rest;
}

std::string GgufName(TensorRole role, TensorPart part) {
  return absl::StrCat(InfoOf(role).gguf_name,
                      kParts[static_cast<size_t>(part)].text);
}

std::string GgufGroupName(FuseGroup group, uint64_t layer) {
  return InLayer(layer, FuseGroupName(group));
}

std::optional<uint64_t> LayerOf(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kGgufLayerPrefix)) return std::nullopt;
  return ConsumeNumber(&name);
}

absl::string_view NameInLayer(absl::string_view name) {
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, kGgufLayerPrefix) && ConsumeNumber(&rest)) {
    return rest;
  }
  return name;
}

std::optional<uint64_t> GuessedLayerOf(absl::string_view name) {
  while (!name.empty()) {
    absl::string_view rest = name;
    const std::optional<uint64_t> number = ConsumeNumber(&rest);
    if (number.has_value()) return number;
    const size_t dot = name.find('.');
    if (dot == absl::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

}  // namespace tessera
