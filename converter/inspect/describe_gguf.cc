#include "converter/inspect/describe_gguf.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_reader.h"

namespace tessera {
namespace {

constexpr uint64_t kShownElements = 6;

// An element of an array, or a number.
std::string ScalarText(const GgufValue& value) {
  switch (value.type()) {
    case GgufType::kString:
      return absl::StrCat("'", value.GetString().value_or(""), "'");
    case GgufType::kBool:
      return value.GetBool().value_or(false) ? "true" : "false";
    case GgufType::kFloat32:
      return absl::StrCat(static_cast<float>(value.GetFloat().value_or(0)));
    case GgufType::kFloat64:
      return absl::StrCat(value.GetFloat().value_or(0));
    case GgufType::kUint64:
      return absl::StrCat(value.GetUint().value_or(0));
    default:
      return absl::StrCat(value.GetInt().value_or(0));
  }
}

std::string ValueText(const GgufValue& value) {
  if (value.type() == GgufType::kString) {
    return std::string(value.GetString().value_or(""));
  }
  if (!value.is_array()) return ScalarText(value);
  std::vector<std::string> shown;
  for (const GgufValue& element : value.Elements(kShownElements)) {
    shown.push_back(element.is_array() ? "[...]" : ScalarText(element));
  }
  const uint64_t count = value.element_count();
  const bool all = count <= kShownElements;
  return absl::StrCat("[", absl::StrJoin(shown, ", "), all ? "]" : ", ...]",
                      all ? "" : absl::StrCat(" ", count, " elements"));
}

TensorDescription DescribeTensor(const GgufTensor& tensor) {
  TensorDescription described;
  described.name = tensor.name;
  described.type = DTypeName(tensor.type);
  described.shape = tensor.shape;
  described.layout = "rowmajor";
  described.offset = tensor.offset;
  described.bytes = tensor.size;
  described.weights = ElementCount(tensor.shape).value_or(0);
  described.extent_offset = tensor.offset;
  described.extent_size = tensor.size;
  return described;
}

}  // namespace

absl::StatusOr<FileDescription> DescribeGguf(absl::Span<const uint8_t> file) {
  TESSERA_ASSIGN_OR_RETURN(const GgufFile gguf, ParseGguf(file));
  FileDescription description;
  description.format = absl::StrCat("GGUF v", gguf.version);
  FactGroup metadata = {"metadata", {}};
  for (const GgufMetadataEntry& entry : gguf.metadata.entries()) {
    metadata.facts.push_back({entry.key, ValueText(entry.value)});
  }
  description.groups.push_back(std::move(metadata));
  const uint64_t data_offset =
      std::min<uint64_t>(gguf.data_offset, file.size());
  description.reserved = {{"header", 0, data_offset}};
  description.sections = {{"data", data_offset, file.size() - data_offset, 0}};
  for (const GgufTensor& tensor : gguf.tensors) {
    description.tensors.push_back(DescribeTensor(tensor));
    description.sections[0].used += tensor.size;
  }
  return description;
}

}  // namespace tessera
