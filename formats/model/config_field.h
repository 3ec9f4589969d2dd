// The fields of ModelConfig and the keys under which configurations have them:
// a look-up into config_fields.inc.
#ifndef FORMATS_MODEL_CONFIG_FIELD_H_
#define FORMATS_MODEL_CONFIG_FIELD_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

enum class ConfigKind : uint8_t { kCount, kNumber, kFlag };

// What a configuration without the key means.
struct IfMissing {
  enum class Rule : uint8_t { kDefault, kRequired, kDerived };
  Rule rule = Rule::kDefault;
  double value = 0;  // of kDefault

  // A count of 0 in a file says that there is no such thing.
  bool zero_is_none() const { return rule == Rule::kDefault && value == 0; }
};

struct ConfigField {
  absl::string_view name;  // of the field
  ConfigKind kind;
  absl::string_view gguf_key;
  IfMissing gguf_missing;
  absl::string_view hugging_face_keys;  // "num_local_experts|num_experts"
  IfMissing hugging_face_missing;

  // Of kCount, kNumber and kFlag; the others are null.
  uint64_t (ModelConfig::*count)() const = nullptr;
  void (ModelConfig::*set_count)(uint64_t) = nullptr;
  float (ModelConfig::*number)() const = nullptr;
  void (ModelConfig::*set_number)(float) = nullptr;
  bool (ModelConfig::*flag)() const = nullptr;
  void (ModelConfig::*set_flag)(bool) = nullptr;
};

// All of them, in the order of GGUF files that are written.
absl::Span<const ConfigField> AllConfigFields();

// By name, which must be one of config_fields.inc.
const ConfigField& ConfigFieldNamed(absl::string_view name);

// No count of a model is larger, so that products of two do not overflow.
inline constexpr uint64_t kMaxConfigCount = uint64_t{1} << 32;

// True if a 0 in a file says that there is no such thing: what `missing` is.
// Models without experts give their size as 0 too.
inline bool ZeroIsNone(const ConfigField& field, const IfMissing& missing) {
  return missing.zero_is_none() || field.name == "moe_intermediate_size";
}

// Sets a field, without checks.
void SetConfigField(const ConfigField& field, double value, ModelConfig* model);

}  // namespace tessera

#endif  // FORMATS_MODEL_CONFIG_FIELD_H_
