#include "converter/inspect/describe_gguf.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_reader.h"
#include "formats/gguf/gguf_value_text.h"

namespace tessera {
namespace {

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

// Holds the bytes, since a description outlives its file.
GgufValue Copied(const GgufValue& value) {
  return GgufValue::FromRaw(static_cast<uint32_t>(value.type()), value.raw())
      .value_or(value);
}

}  // namespace

FactGroup GgufMetadataFacts(const GgufMetadata& metadata) {
  FactGroup group = {"metadata", {}};
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    group.facts.push_back(
        {entry.key, GgufValueText(entry.value), Copied(entry.value)});
  }
  return group;
}

absl::StatusOr<FileDescription> DescribeGguf(absl::Span<const uint8_t> file) {
  TESSERA_ASSIGN_OR_RETURN(const GgufFile gguf, ParseGguf(file));
  FileDescription description;
  description.format = absl::StrCat("GGUF v", gguf.version);
  description.groups.push_back(GgufMetadataFacts(gguf.metadata));
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
