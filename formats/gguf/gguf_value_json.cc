#include "formats/gguf/gguf_value_json.h"

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

template <typename T>
void WriteNumbers(const absl::StatusOr<std::vector<T>>& numbers,
                  JsonWriter* json) {
  for (const T number : *numbers) json->Number(number);
}

void WriteStrings(const absl::StatusOr<std::vector<absl::string_view>>& strings,
                  JsonWriter* json) {
  for (const absl::string_view text : *strings) json->String(text);
}

void WriteBools(const absl::StatusOr<std::vector<bool>>& bools,
                JsonWriter* json) {
  for (const bool value : *bools) json->Bool(value);
}

// Without a GgufValue for each of what may be many elements.
void WriteElements(const GgufValue& array, JsonWriter* json) {
  switch (array.element_type()) {
    case GgufType::kString:
      return WriteStrings(array.GetStringArray(), json);
    case GgufType::kBool:
      return WriteBools(array.GetBoolArray(), json);
    case GgufType::kUint64:
      return WriteNumbers(array.GetUintArray(), json);
    case GgufType::kFloat32:
      return WriteNumbers(array.GetFloatArray(), json);
    case GgufType::kFloat64:
    case GgufType::kArray:
      for (const GgufValue& element : array.Elements(array.element_count())) {
        WriteGgufValue(element, json);
      }
      return;
    default:
      return WriteNumbers(array.GetIntArray(), json);
  }
}

}  // namespace

void WriteGgufValue(const GgufValue& value, JsonWriter* json) {
  switch (value.type()) {
    case GgufType::kArray:
      json->BeginLine();
      WriteElements(value, json);
      return json->EndArray();
    case GgufType::kString:
      return json->String(*value.GetString());
    case GgufType::kBool:
      return json->Bool(*value.GetBool());
    case GgufType::kUint64:
      return json->Number(*value.GetUint());
    case GgufType::kFloat32:
      return json->Number(static_cast<float>(*value.GetFloat()));
    case GgufType::kFloat64:
      return json->Number(*value.GetFloat());
    default:
      return json->Number(*value.GetInt());
  }
}

}  // namespace tessera
