#include "converter/inspect/describe_source.h"

#include <filesystem>
#include <utility>

#include "converter/inspect/describe_model.h"
#include "formats/dtype/dtype.h"

namespace tessera {

FileDescription DescribeSource(const std::string& path,
                               const WeightSource& source) {
  FileDescription description;
  description.path = path;
  description.format =
      source.format == "huggingface" ? "Hugging Face" : source.format;
  for (const MappedFile& file : source.files) {
    const uint64_t size = file.bytes().size();
    description.file_size += size;
    description.sections.push_back(
        {std::filesystem::path(file.path()).filename().string(), 0, size, 0});
  }
  for (const SourceTensor& tensor : source.tensors) {
    if (tensor.parts.empty()) continue;  // it is computed
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
    description.sections[described.section].used += tensor.size;
    description.tensors.push_back(std::move(described));
  }
  description.model = DescribeModel(source);
  return description;
}

}  // namespace tessera
