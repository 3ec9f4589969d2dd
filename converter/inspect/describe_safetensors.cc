#include "converter/inspect/describe_safetensors.h"

#include <string>
#include <utility>

#include "base/status_macros.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {

absl::StatusOr<FileDescription> DescribeSafetensors(
    absl::Span<const uint8_t> file) {
  TESSERA_ASSIGN_OR_RETURN(const SafetensorsFile safetensors,
                           ParseSafetensors(file));
  FileDescription description;
  description.format = "safetensors";
  FactGroup metadata = {"metadata", {}};
  for (const auto& [key, value] : safetensors.metadata) {
    metadata.facts.push_back({key, value});
  }
  if (!metadata.facts.empty()) {
    description.groups.push_back(std::move(metadata));
  }
  description.reserved = {{"header", 0, safetensors.data_offset}};
  description.sections = {{"data", safetensors.data_offset,
                           file.size() - safetensors.data_offset, 0}};
  for (const SafetensorsTensor& tensor : safetensors.tensors) {
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
    description.sections[0].used += tensor.size;
    description.tensors.push_back(std::move(described));
  }
  return description;
}

}  // namespace tessera
