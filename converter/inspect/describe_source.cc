#include "converter/inspect/describe_source.h"

#include <filesystem>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "converter/inspect/describe_gguf.h"
#include "converter/inspect/message_facts.h"
#include "formats/dtype/dtype.h"
#include "formats/gguf/gguf_reader.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

std::string FormatText(const WeightSource& source) {
  if (source.format == "huggingface") return "Hugging Face";
  if (source.format == "gguf") return "GGUF";
  return source.format;
}

void AddFiles(const WeightSource& source, FileDescription* description) {
  for (const MappedFile& file : source.files) {
    const uint64_t size = file.bytes().size();
    const std::string name =
        std::filesystem::path(file.path()).filename().string();
    description->file_size += size;
    description->files.push_back({name, size, 0, 0, 0});
    description->sections.push_back({name, 0, size, 0});
  }
}

// Experts of a layer may be spread over files.
void CountBytes(const SourceTensor& tensor, FileDescription* description) {
  for (size_t part = 0; part < tensor.parts.size(); ++part) {
    const size_t file = tensor.parts[part].file;
    const uint64_t bytes = tensor.PartBytes(part);
    description->sections[file].used += bytes;
    description->files[file].tensor_bytes += bytes;
  }
}

void AddTensor(const SourceTensor& tensor, FileDescription* description) {
  TensorDescription described;
  described.name = tensor.name;
  if (tensor.source_name != tensor.name) {
    described.source_name = tensor.source_name;
  }
  described.type = DTypeName(tensor.type);
  described.shape = tensor.shape;
  described.layout = "rowmajor";
  described.section = tensor.parts.front().file;
  described.offset = tensor.parts.front().offset;
  described.bytes = tensor.size;
  described.weights = ElementCount(tensor.shape).value_or(0);
  described.unmapped = tensor.unmapped;
  FileTotal& total = description->files[described.section];
  total.tensors += 1;
  total.weights += described.weights;
  CountBytes(tensor, description);
  description->tensors.push_back(std::move(described));
}

// Of a split set the first file has it; each shard of a checkpoint has its own,
// and all say the same.
FactGroup MetadataOf(const WeightSource& source) {
  FactGroup none = {"metadata", {}};
  if (source.files.empty()) return none;
  const absl::Span<const uint8_t> first = source.files.front().bytes();
  if (source.format == "gguf") {
    const absl::StatusOr<GgufFile> gguf = ParseGguf(first);
    return gguf.ok() ? GgufMetadataFacts(gguf->metadata) : none;
  }
  const auto safetensors = ParseSafetensors(first);
  if (!safetensors.ok()) return none;
  for (const auto& [key, value] : safetensors->metadata) {
    none.facts.push_back({key, value});
  }
  return none;
}

}  // namespace

FileDescription DescribeSource(const std::string& path,
                               const WeightSource& source) {
  FileDescription description;
  description.path = path;
  description.format = FormatText(source);
  FactGroup metadata = MetadataOf(source);
  if (!metadata.facts.empty()) {
    description.groups.push_back(std::move(metadata));
  }
  if (source.format != "gguf" && source.model.has_value()) {
    description.groups.push_back(MessageFacts("configuration", *source.model));
  }
  AddFiles(source, &description);
  for (const SourceTensor& tensor : source.tensors) {
    if (tensor.parts.empty()) continue;  // it is computed
    AddTensor(tensor, &description);
  }
  return description;
}

FileDescription DescribeSourceBytes(const std::string& path,
                                    const WeightSource& source) {
  FileDescription description;
  description.path = path;
  description.format = FormatText(source);
  AddFiles(source, &description);
  uint64_t offset = 0;
  for (SectionDescription& section : description.sections) {
    section.offset = offset;
    offset += section.size;
  }
  for (const SourceTensor& tensor : source.tensors) {
    CountBytes(tensor, &description);
    for (size_t part = 0; part < tensor.parts.size(); ++part) {
      TensorDescription described;
      described.name = tensor.name;
      described.type = DTypeName(tensor.type);
      described.shape = tensor.shape;
      described.layout = "rowmajor";
      described.section = tensor.parts[part].file;
      described.offset = description.sections[described.section].offset +
                         tensor.parts[part].offset;
      described.bytes = tensor.PartBytes(part);
      described.weights =
          part == 0 ? ElementCount(tensor.shape).value_or(0) : 0;
      described.extent_offset = described.offset;
      described.extent_size = described.bytes;
      description.tensors.push_back(std::move(described));
    }
  }
  return description;
}

}  // namespace tessera
