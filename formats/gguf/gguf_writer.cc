#include "formats/gguf/gguf_writer.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/checked_math.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

template <typename T>
void AppendNumber(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendText(absl::string_view text, std::string* bytes) {
  AppendNumber<uint64_t>(text.size(), bytes);
  bytes->append(text.data(), text.size());
}

absl::Status AppendMetadata(const GgufMetadata& metadata, std::string* bytes) {
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    TESSERA_RETURN_IF_ERROR(
        CheckGgufName("metadata key", entry.key, kGgufMaxKeyBytes));
    AppendText(entry.key, bytes);
    AppendNumber(static_cast<uint32_t>(entry.value.type()), bytes);
    const absl::Span<const uint8_t> raw = entry.value.raw();
    bytes->append(reinterpret_cast<const char*>(raw.data()), raw.size());
  }
  return absl::OkStatus();
}

// Sets size and offset within the data section. Returns the section's size.
absl::StatusOr<uint64_t> PlaceTensors(uint32_t alignment,
                                      const GgufLayout* layout,
                                      std::vector<GgufTensor>* tensors) {
  absl::flat_hash_set<absl::string_view> names;
  uint64_t end = 0;
  for (GgufTensor& tensor : *tensors) {
    TESSERA_RETURN_IF_ERROR(
        CheckGgufName("tensor name", tensor.name, kGgufMaxTensorNameBytes));
    if (!names.insert(tensor.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", Quoted(tensor.name), " occurs twice"));
    }
    TESSERA_ASSIGN_OR_RETURN(tensor.size, GgufTensorBytes(tensor));
    tensor.offset = end;
    const std::optional<uint64_t> padded =
        CheckedRoundUp(tensor.size, alignment);
    const std::optional<uint64_t> next =
        padded.has_value() ? CheckedAdd(end, *padded) : std::nullopt;
    if (!next.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", Quoted(tensor.name),
                       " makes the file larger than 64 bits can say"));
    }
    end = *next;
  }
  if (layout == nullptr || layout->offsets.empty()) return end;
  if (layout->offsets.size() != tensors->size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        layout->offsets.size(), " offsets for ", tensors->size(), " tensors"));
  }
  for (size_t i = 0; i < tensors->size(); ++i) {
    (*tensors)[i].offset = layout->offsets[i];
  }
  return end;
}

// That a file of the layout's size has room for what is placed.
absl::Status CheckEnds(const std::vector<GgufTensor>& tensors,
                       uint64_t data_offset, uint64_t file_size) {
  for (const GgufTensor& tensor : tensors) {
    const std::optional<uint64_t> offset =
        CheckedAdd(data_offset, tensor.offset);
    if (tensor.size == 0 ||
        (offset.has_value() && ExtentFits(*offset, tensor.size, file_size))) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", Quoted(tensor.name), " at offset ",
                     tensor.offset, " does not fit in ", file_size, " bytes"));
  }
  return absl::OkStatus();
}

void AppendTensor(const GgufTensor& tensor, std::string* bytes) {
  AppendText(tensor.name, bytes);
  AppendNumber(static_cast<uint32_t>(tensor.shape.size()), bytes);
  for (auto dimension = tensor.shape.rbegin(); dimension != tensor.shape.rend();
       ++dimension) {
    AppendNumber<uint64_t>(*dimension, bytes);
  }
  AppendNumber(static_cast<uint32_t>(tensor.type), bytes);
  AppendNumber<uint64_t>(tensor.offset, bytes);
}

absl::StatusOr<GgufHeader> Encode(const GgufMetadata& metadata,
                                  std::vector<GgufTensor> tensors,
                                  const GgufLayout* layout) {
  GgufHeader header;
  header.tensors = std::move(tensors);
  TESSERA_ASSIGN_OR_RETURN(const uint32_t alignment, metadata.Alignment());
  TESSERA_ASSIGN_OR_RETURN(const uint64_t data_size,
                           PlaceTensors(alignment, layout, &header.tensors));
  std::string& bytes = header.bytes;
  bytes.append(kGgufMagic.data(), kGgufMagic.size());
  AppendNumber(layout == nullptr ? kGgufNewestVersion : layout->version,
               &bytes);
  AppendNumber<uint64_t>(header.tensors.size(), &bytes);
  AppendNumber<uint64_t>(metadata.entries().size(), &bytes);
  TESSERA_RETURN_IF_ERROR(AppendMetadata(metadata, &bytes));
  for (const GgufTensor& tensor : header.tensors) AppendTensor(tensor, &bytes);
  bytes.resize(RoundUp(bytes.size(), alignment));

  const std::optional<uint64_t> file_size = CheckedAdd(bytes.size(), data_size);
  if (!file_size.has_value()) {
    return absl::InvalidArgumentError(
        "the file is larger than 64 bits can say");
  }
  header.file_size = *file_size;
  if (layout != nullptr) {
    header.file_size = layout->file_size;
    TESSERA_RETURN_IF_ERROR(
        CheckEnds(header.tensors, bytes.size(), header.file_size));
  }
  for (GgufTensor& tensor : header.tensors) tensor.offset += bytes.size();
  return header;
}

}  // namespace

absl::StatusOr<GgufHeader> EncodeGgufHeader(const GgufMetadata& metadata,
                                            std::vector<GgufTensor> tensors,
                                            const GgufLayout* layout) {
  absl::StatusOr<GgufHeader> header =
      Encode(metadata, std::move(tensors), layout);
  if (header.ok()) return header;
  // The checks are the reader's, but here it is the caller who erred.
  return absl::InvalidArgumentError(header.status().message());
}

}  // namespace tessera
