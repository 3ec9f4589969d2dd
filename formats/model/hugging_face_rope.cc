#include "formats/model/hugging_face_rope.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/hugging_face_keys.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

constexpr absl::string_view kScaling = "rope_scaling";
constexpr absl::string_view kParameters = "rope_parameters";

// Keys that each type reads. "type" is what transformers of before 4.43 calls
// "rope_type".
constexpr absl::string_view kKeysOfAll[] = {"rope_type", "type", "rope_theta",
                                            "original_max_position_embeddings"};
constexpr absl::string_view kKeysOfLinear[] = {"factor"};
constexpr absl::string_view kKeysOfLlama3[] = {"factor", "low_freq_factor",
                                               "high_freq_factor"};

absl::Span<const absl::string_view> KeysOf(absl::string_view type) {
  if (type == "linear") return kKeysOfLinear;
  if (type == "llama3") return kKeysOfLlama3;
  return {};
}

bool Has(absl::Span<const absl::string_view> keys, absl::string_view key) {
  for (const absl::string_view other : keys) {
    if (other == key) return true;
  }
  return false;
}

absl::Status ReadLlama3(JsonValue rope, ModelConfig::RopeScaling* scaling) {
  TESSERA_ASSIGN_OR_RETURN(const auto low,
                           FindConfigNumber(rope, "low_freq_factor"));
  TESSERA_ASSIGN_OR_RETURN(const auto high,
                           FindConfigNumber(rope, "high_freq_factor"));
  TESSERA_ASSIGN_OR_RETURN(
      const auto context,
      FindConfigCount(rope, "original_max_position_embeddings"));
  // What Llama 3.1 has.
  scaling->set_low_freq_factor(static_cast<float>(low.value_or(1)));
  scaling->set_high_freq_factor(static_cast<float>(high.value_or(4)));
  scaling->set_original_max_position_embeddings(context.value_or(8192));
  if (scaling->high_freq_factor() <= scaling->low_freq_factor()) {
    return ConfigError("high_freq_factor", "must exceed low_freq_factor");
  }
  return absl::OkStatus();
}

// "default" where an object says nothing of a type, "" where it has to.
absl::string_view TypeOf(absl::string_view name, JsonValue rope,
                         bool is_empty) {
  for (const absl::string_view key : {"rope_type", "type"}) {
    if (FindMember(rope, key).has_value()) return FindText(rope, key);
  }
  return is_empty || name == kParameters ? "default" : "";
}

// Records keys that `type` does not read; true if there are none.
bool UnderstandsAll(absl::string_view name, absl::string_view type,
                    absl::Span<const JsonMember> members, ModelConfig* model) {
  const int before = model->not_understood_size();
  for (const JsonMember& member : members) {
    if (member.value.is_null() || Has(kKeysOfAll, member.key) ||
        Has(KeysOf(type), member.key) ||
        IsHarmlessConfigKey(member.key, member.value)) {
      continue;
    }
    model->add_not_understood(
        NotUnderstood(absl::StrCat(name, ".", member.key), member.value));
  }
  return model->not_understood_size() == before;
}

// Sets what the object called `name` says.
absl::Status ReadRope(absl::string_view name, JsonValue rope,
                      ModelConfig* model) {
  const auto members = JsonMembers(rope);
  if (!members.ok()) return ConfigError(name, members.status().message());
  TESSERA_ASSIGN_OR_RETURN(const std::optional<double> theta,
                           FindConfigNumber(rope, "rope_theta"));
  if (theta.has_value()) model->set_rope_theta(static_cast<float>(*theta));
  const absl::string_view type = TypeOf(name, rope, members->empty());
  if (type != "default" && KeysOf(type).empty()) {
    model->add_not_understood(absl::StrCat("config.json: ", name, " of type ",
                                           Quoted(type), " is not supported"));
    return absl::OkStatus();
  }
  if (!UnderstandsAll(name, type, *members, model) || type == "default") {
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const std::optional<double> factor,
                           FindConfigNumber(rope, "factor"));
  if (!factor.has_value()) {
    return ConfigError(absl::StrCat(name, ".factor"), "is missing");
  }
  ModelConfig::RopeScaling& scaling = *model->mutable_rope_scaling();
  scaling.set_rope_type(std::string(type));
  scaling.set_factor(static_cast<float>(*factor));
  return type == "llama3" ? ReadLlama3(rope, &scaling) : absl::OkStatus();
}

}  // namespace

absl::Status ReadHuggingFaceRope(JsonValue config, ModelConfig* model) {
  const std::optional<JsonValue> scaling = FindMember(config, kScaling);
  const std::optional<JsonValue> parameters = FindMember(config, kParameters);
  if (scaling.has_value() && parameters.has_value() &&
      simdjson::minify(*scaling) != simdjson::minify(*parameters)) {
    model->add_not_understood(absl::StrCat("config.json: both ", kScaling,
                                           " and ", kParameters,
                                           " are not understood"));
    return absl::OkStatus();
  }
  if (parameters.has_value()) return ReadRope(kParameters, *parameters, model);
  if (scaling.has_value()) return ReadRope(kScaling, *scaling, model);
  return absl::OkStatus();
}

}  // namespace tessera
