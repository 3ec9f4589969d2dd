#include "formats/model/hugging_face_rope.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/hugging_face_keys.h"
#include "formats/model/hugging_face_readers.h"
#include "formats/model/hugging_face_scaling.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

constexpr absl::string_view kScaling = "rope_scaling";
constexpr absl::string_view kParameters = "rope_parameters";
constexpr absl::string_view kContext = "original_max_position_embeddings";
// Of layers of either kind, where they differ.
constexpr absl::string_view kGlobal = "full_attention";
constexpr absl::string_view kLocal = "sliding_attention";

// Keys beside those of a type. "type" is what transformers of before 4.43 calls
// "rope_type"; the last is read with the sizes.
constexpr absl::string_view kKeysOfAll[] = {"rope_type", "type", "rope_theta",
                                            kContext, "partial_rotary_factor"};

// Keys that may stand among those of rotation and beside them.
constexpr absl::string_view kTheta = "rope_theta";
constexpr absl::string_view kPart = "partial_rotary_factor";
struct TwoPlaces {
  absl::string_view inside;
  absl::string_view beside;
  bool local = false;  // of layers with a window
};
constexpr TwoPlaces kTwoPlaces[] = {
    {kTheta, kTheta},
    {kTheta, "rotary_emb_base"},
    {kTheta, "rope_local_base_freq", true},
    {kPart, kPart},
    {kPart, "rotary_pct"},
    {kContext, kContext},
};

bool AreEqual(JsonValue a, JsonValue b) {
  double x = 0;
  double y = 0;
  if (a.get(x) == simdjson::SUCCESS && b.get(y) == simdjson::SUCCESS) {
    return x == y;
  }
  return simdjson::minify(a) == simdjson::minify(b);
}

bool Has(absl::Span<const absl::string_view> keys, absl::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

class RopeReader {
 public:
  RopeReader(JsonValue config, const Architecture& architecture,
             ModelConfig* model, LongRopeFactors* factors)
      : config_(config),
        architecture_(architecture),
        model_(*model),
        factors_(*factors) {}

  absl::Status Read();

 private:
  absl::Status ReadOfAll(const std::string& name, JsonValue rope);
  absl::Status ReadGlobal(const std::string& name, JsonValue rope);
  absl::Status ReadLocal(const std::string& name, JsonValue rope);
  void CheckBeside(absl::string_view name, JsonValue rope, bool local = false);
  bool UnderstandsAll(absl::string_view name, absl::string_view type,
                      absl::Span<const JsonMember> members);

  const JsonValue config_;
  const Architecture& architecture_;
  ModelConfig& model_;
  LongRopeFactors& factors_;
};

// "default" where an object says nothing of a type, "" where it has to.
absl::string_view TypeOf(absl::string_view name, JsonValue rope,
                         bool is_empty) {
  for (const absl::string_view key : {"rope_type", "type"}) {
    if (!FindMember(rope, key).has_value()) continue;
    const absl::string_view type = FindText(rope, key);
    return type == "su" ? "longrope" : type;  // what Phi-3 called it first
  }
  return is_empty || name != kScaling ? "default" : "";
}

// Records keys that `type` does not read; true if there are none.
bool RopeReader::UnderstandsAll(absl::string_view name, absl::string_view type,
                                absl::Span<const JsonMember> members) {
  const int before = model_.not_understood_size();
  for (const JsonMember& member : members) {
    if (member.value.is_null() || Has(kKeysOfAll, member.key) ||
        Has(RopeScalingKeys(type), member.key) ||
        IsHarmlessConfigKey(member.key, member.value)) {
      continue;
    }
    model_.add_not_understood(
        NotUnderstood(absl::StrCat(name, ".", member.key), member.value));
  }
  return model_.not_understood_size() == before;
}

absl::Status RopeReader::ReadGlobal(const std::string& name, JsonValue rope) {
  const auto members = JsonMembers(rope);
  if (!members.ok()) return ConfigError(name, members.status().message());
  TESSERA_ASSIGN_OR_RETURN(const std::optional<double> theta,
                           FindConfigNumber(rope, "rope_theta"));
  if (theta.has_value()) model_.set_rope_theta(static_cast<float>(*theta));
  const absl::string_view type = TypeOf(name, rope, members->empty());
  if (type != "default" && RopeScalingKeys(type).empty()) {
    model_.add_not_understood(absl::StrCat("config.json: ", name, " of type ",
                                           Quoted(type), " is not supported"));
    return absl::OkStatus();
  }
  if (!UnderstandsAll(name, type, *members) || type == "default") {
    return absl::OkStatus();
  }
  return ReadRopeScaling(type, rope, config_, &model_, &factors_);
}

// Layers with a window are not scaled.
absl::Status RopeReader::ReadLocal(const std::string& name, JsonValue rope) {
  const auto members = JsonMembers(rope);
  if (!members.ok()) return ConfigError(name, members.status().message());
  TESSERA_ASSIGN_OR_RETURN(const std::optional<double> theta,
                           FindConfigNumber(rope, "rope_theta"));
  if (theta.has_value()) {
    model_.set_rope_local_theta(static_cast<float>(*theta));
  }
  const absl::string_view type = TypeOf(name, rope, members->empty());
  if (type != "default") {
    model_.add_not_understood(absl::StrCat("config.json: ", name, " of type ",
                                           Quoted(type), " is not supported"));
    return absl::OkStatus();
  }
  UnderstandsAll(name, type, *members);
  return absl::OkStatus();
}

// Which of two values counts, depends on the version of transformers. `rope` is
// the object called `name`, or the part of it about one kind of layer.
void RopeReader::CheckBeside(absl::string_view name, JsonValue rope,
                             bool local) {
  const absl::string_view type = FindText(config_, "model_type");
  for (const TwoPlaces& two : kTwoPlaces) {
    const auto inside = FindMember(rope, two.inside);
    const auto beside = FindMember(config_, two.beside);
    if (local != two.local && two.inside == kTheta) continue;
    if (!inside.has_value() || !beside.has_value() ||
        !ReadsConfigKey(type, two.beside) || AreEqual(*inside, *beside)) {
      continue;
    }
    model_.add_not_understood(absl::StrCat(NotUnderstood(two.beside, *beside),
                                           " beside another one of ",
                                           JsonText(*inside)));
  }
  // Read in the other two places only.
  const auto part = FindMember(rope, kPart);
  if (name == kScaling && part.has_value() &&
      !FindMember(config_, kPart).has_value()) {
    model_.add_not_understood(
        NotUnderstood(absl::StrCat(name, ".", kPart), *part));
  }
}

// Sets what the object called `name` says, of all layers or of each kind.
absl::Status RopeReader::ReadOfAll(const std::string& name, JsonValue rope) {
  const auto global = FindMember(rope, kGlobal);
  const auto local = FindMember(rope, kLocal);
  if (!global.has_value() && !local.has_value()) {
    CheckBeside(name, rope);
    return ReadGlobal(name, rope);
  }
  TESSERA_ASSIGN_OR_RETURN(const auto members, JsonMembers(rope));
  for (const JsonMember& member : members) {
    if (member.value.is_null() || member.key == kGlobal ||
        member.key == kLocal) {
      continue;
    }
    model_.add_not_understood(
        NotUnderstood(absl::StrCat(name, ".", member.key), member.value));
  }
  if (architecture_.layer_rope != LayerRope::kLocalInWindows) {
    if (global.has_value() && local.has_value() &&
        simdjson::minify(*global) != simdjson::minify(*local)) {
      model_.add_not_understood(NotUnderstood(name, rope));
      return absl::OkStatus();
    }
    CheckBeside(name, global.has_value() ? *global : *local);
    return ReadGlobal(
        absl::StrCat(name, ".", global.has_value() ? kGlobal : kLocal),
        global.has_value() ? *global : *local);
  }
  if (global.has_value()) {
    CheckBeside(name, *global);
    TESSERA_RETURN_IF_ERROR(
        ReadGlobal(absl::StrCat(name, ".", kGlobal), *global));
  } else {
    model_.add_not_understood(
        absl::StrCat("config.json: ", name, " lacks ", kGlobal));
  }
  if (!local.has_value()) return absl::OkStatus();
  CheckBeside(name, *local, /*local=*/true);
  return ReadLocal(absl::StrCat(name, ".", kLocal), *local);
}

absl::Status RopeReader::Read() {
  const std::optional<JsonValue> scaling = FindMember(config_, kScaling);
  const std::optional<JsonValue> parameters = FindMember(config_, kParameters);
  if (scaling.has_value() && parameters.has_value() &&
      simdjson::minify(*scaling) != simdjson::minify(*parameters)) {
    model_.add_not_understood(absl::StrCat("config.json: both ", kScaling,
                                           " and ", kParameters,
                                           " are not understood"));
    return absl::OkStatus();
  }
  if (parameters.has_value()) {
    TESSERA_RETURN_IF_ERROR(ReadOfAll(std::string(kParameters), *parameters));
  } else if (scaling.has_value()) {
    TESSERA_RETURN_IF_ERROR(ReadOfAll(std::string(kScaling), *scaling));
  }
  // As GGUF files have it, with factors or without.
  TESSERA_ASSIGN_OR_RETURN(const auto context,
                           FindConfigCount(config_, kContext));
  if (context.has_value() && !model_.has_rope_scaling() &&
      ListsRole(architecture_, TensorRole::kRopeFactorsLong)) {
    model_.mutable_rope_scaling()->set_rope_type("longrope");
    model_.mutable_rope_scaling()->set_original_max_position_embeddings(
        *context);
  }
  return absl::OkStatus();
}

}  // namespace

bool IsRopeKey(absl::string_view key) {
  return key == kScaling || key == kParameters || key == kContext;
}

absl::Status ReadHuggingFaceRope(JsonValue config,
                                 const Architecture& architecture,
                                 ModelConfig* model, LongRopeFactors* factors) {
  return RopeReader(config, architecture, model, factors).Read();
}

}  // namespace tessera
