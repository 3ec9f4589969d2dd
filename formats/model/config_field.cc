#include "formats/model/config_field.h"

namespace tessera {
namespace {

constexpr IfMissing kRequired = {IfMissing::Rule::kRequired};
constexpr IfMissing kDerived = {IfMissing::Rule::kDerived};

constexpr IfMissing Missing(IfMissing missing) { return missing; }
constexpr IfMissing Missing(double value) {
  return {IfMissing::Rule::kDefault, value};
}

const ConfigField kFields[] = {
#define TESSERA_CONFIG_COUNT(field, gguf, no_gguf, hf, no_hf) \
  {.name = #field,                                            \
   .kind = ConfigKind::kCount,                                \
   .gguf_key = gguf,                                          \
   .gguf_missing = Missing(no_gguf),                          \
   .hugging_face_keys = hf,                                   \
   .hugging_face_missing = Missing(no_hf),                    \
   .count = &ModelConfig::field,                              \
   .set_count = &ModelConfig::set_##field},
#define TESSERA_CONFIG_NUMBER(field, gguf, no_gguf, hf, no_hf) \
  {.name = #field,                                             \
   .kind = ConfigKind::kNumber,                                \
   .gguf_key = gguf,                                           \
   .gguf_missing = Missing(no_gguf),                           \
   .hugging_face_keys = hf,                                    \
   .hugging_face_missing = Missing(no_hf),                     \
   .number = &ModelConfig::field,                              \
   .set_number = &ModelConfig::set_##field},
#define TESSERA_CONFIG_FLAG(field, gguf, no_gguf, hf, no_hf) \
  {.name = #field,                                           \
   .kind = ConfigKind::kFlag,                                \
   .gguf_key = gguf,                                         \
   .gguf_missing = Missing(no_gguf),                         \
   .hugging_face_keys = hf,                                  \
   .hugging_face_missing = Missing(no_hf),                   \
   .flag = &ModelConfig::field,                              \
   .set_flag = &ModelConfig::set_##field},
#include "formats/model/config_fields.inc"
#undef TESSERA_CONFIG_COUNT
#undef TESSERA_CONFIG_NUMBER
#undef TESSERA_CONFIG_FLAG
};

}  // namespace

absl::Span<const ConfigField> AllConfigFields() { return kFields; }

const ConfigField& ConfigFieldNamed(absl::string_view name) {
  const ConfigField* field = kFields;
  while (field->name != name) ++field;
  return *field;
}

void SetConfigField(const ConfigField& field, double value,
                    ModelConfig* model) {
  if (field.kind == ConfigKind::kCount) {
    (model->*field.set_count)(static_cast<uint64_t>(value));
  } else if (field.kind == ConfigKind::kNumber) {
    (model->*field.set_number)(static_cast<float>(value));
  } else {
    (model->*field.set_flag)(value != 0);
  }
}

}  // namespace tessera
