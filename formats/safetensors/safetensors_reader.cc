#include "formats/safetensors/safetensors_reader.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/byte_cursor.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_document.h"

namespace tessera {
namespace {

constexpr uint64_t kMinHeaderBytes = 2;  // {}
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr uint64_t kAbsurdHeaderBytes = uint64_t{1} << 40;  // is no length
constexpr absl::string_view kMetadataKey = "__metadata__";

// Every dtype of the format. GGUF's types have names too, but not here.
constexpr DType kTypes[] = {
    DType::kBOOL,    DType::kF4,          DType::kF6_E2M3,     DType::kF6_E3M2,
    DType::kU8,      DType::kI8,          DType::kF8_E5M2,     DType::kF8_E4M3,
    DType::kF8_E8M0, DType::kF8_E4M3FNUZ, DType::kF8_E5M2FNUZ, DType::kI16,
    DType::kU16,     DType::kF16,         DType::kBF16,        DType::kI32,
    DType::kU32,     DType::kF32,         DType::kC64,         DType::kF64,
    DType::kI64,     DType::kU64,
};

absl::Status Within(absl::string_view context, absl::string_view name,
                    const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(context, " ", Quoted(name),
                                                  " ", status.message()));
}

// The header's text; data starts right behind it.
absl::StatusOr<absl::string_view> ReadHeader(absl::Span<const uint8_t> file) {
  ByteCursor cursor(file);
  uint64_t size = 0;
  if (!cursor.Read(&size)) {
    return absl::DataLossError(
        absl::StrCat("byte 0: the length of the header needs 8 bytes, the ",
                     "file has ", file.size()));
  }
  if (size > kAbsurdHeaderBytes) {
    return absl::DataLossError(
        "byte 0: does not begin as safetensors files do, with the length of a "
        "header; this is another file, or its beginning is damaged");
  }
  if (size < kMinHeaderBytes || size > kMaxHeaderBytes) {
    return absl::DataLossError(absl::StrCat(
        "byte 0: header of ", size, " bytes, expected ", kMinHeaderBytes,
        " to ", kMaxHeaderBytes, "; the file is damaged"));
  }
  absl::string_view header;
  if (!cursor.ReadString(size, &header)) {
    return absl::DataLossError(
        absl::StrCat("byte 8: header of ", size, " bytes, ", cursor.remaining(),
                     " are left; the file is cut short"));
  }
  if (header[0] != '{') {
    return absl::DataLossError(absl::StrCat("byte 8: header starts with ",
                                            Quoted(header.substr(0, 1)),
                                            ", expected '{'"));
  }
  return header;
}

absl::StatusOr<DType> ReadType(JsonValue value) {
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view name, JsonString(value));
  const std::optional<DType> type = DTypeFromName(name);
  if (!type.has_value() || std::find(std::begin(kTypes), std::end(kTypes),
                                     *type) == std::end(kTypes)) {
    return absl::UnimplementedError(absl::StrCat(
        "is ", Quoted(name), ", which is unknown to this version"));
  }
  return *type;
}

// Sets offset (within the data) and size.
absl::Status ReadOffsets(JsonValue value, SafetensorsTensor* tensor) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<uint64_t> offsets,
                           JsonUintArray(value));
  if (offsets.size() != 2) {
    return absl::DataLossError(
        absl::StrCat("has ", offsets.size(), " elements, expected 2"));
  }
  if (offsets[1] < offsets[0]) {
    return absl::DataLossError(absl::StrCat(
        "ends at ", offsets[1], " before its start at ", offsets[0]));
  }
  tensor->offset = offsets[0];
  tensor->size = offsets[1] - offsets[0];
  return absl::OkStatus();
}

absl::Status ReadShape(JsonValue value, SafetensorsTensor* tensor) {
  TESSERA_ASSIGN_OR_RETURN(tensor->shape, JsonUintArray(value));
  return absl::OkStatus();
}

// Sets everything but the name. Unknown members are ignored.
absl::Status ReadTensor(JsonValue value, SafetensorsTensor* tensor) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                           JsonMembers(value));
  bool has_type = false, has_shape = false, has_offsets = false;
  for (const JsonMember& member : members) {
    absl::Status status;
    if (member.key == "dtype") {
      has_type = true;
      const absl::StatusOr<DType> type = ReadType(member.value);
      status = type.status();
      if (type.ok()) tensor->type = *type;
    } else if (member.key == "shape") {
      has_shape = true;
      status = ReadShape(member.value, tensor);
    } else if (member.key == "data_offsets") {
      has_offsets = true;
      status = ReadOffsets(member.value, tensor);
    }
    if (!status.ok()) return Within("member", member.key, status);
  }
  if (has_type && has_shape && has_offsets) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("has no member ", !has_type    ? "'dtype'"
                                     : !has_shape ? "'shape'"
                                                  : "'data_offsets'"));
}

absl::Status ReadMetadata(JsonValue value,
                          std::map<std::string, std::string>* metadata) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                           JsonMembers(value));
  for (const JsonMember& member : members) {
    const absl::StatusOr<absl::string_view> text = JsonString(member.value);
    if (!text.ok()) return Within("member", member.key, text.status());
    metadata->emplace(member.key, *text);
  }
  return absl::OkStatus();
}

// The size that type and shape make. Types of less than a byte are packed
// without regard to rows, so that only the whole need be bytes.
absl::Status CheckSize(const SafetensorsTensor& tensor) {
  const std::optional<uint64_t> elements = ElementCount(tensor.shape);
  const std::optional<uint64_t> size =
      elements.has_value() ? RowBytes(tensor.type, *elements) : std::nullopt;
  if (size == tensor.size) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "tensor ", Quoted(tensor.name), " has ", tensor.size, " bytes, but ",
      DTypeName(tensor.type), " of shape [", absl::StrJoin(tensor.shape, ", "),
      "] ",
      size.has_value() ? absl::StrCat("needs ", *size)
                       : "is not a whole number of bytes below 2^64"));
}

constexpr absl::string_view kJoined =
    ", as another safetensors file: the files of a set are not joined with "
    "cat, "
    "but lie in one folder with their index, which is what to convert";

// Sorts, checks that tensors cover [0, data_size) without gap and overlap, and
// turns offsets into those of the file.
absl::Status PlaceTensors(absl::Span<const uint8_t> data,
                          SafetensorsFile* file) {
  const uint64_t data_size = data.size();
  std::stable_sort(file->tensors.begin(), file->tensors.end(),
                   [](const SafetensorsTensor& a, const SafetensorsTensor& b) {
                     return std::tie(a.offset, a.size) <
                            std::tie(b.offset, b.size);
                   });
  uint64_t end = 0;
  for (SafetensorsTensor& tensor : file->tensors) {
    if (tensor.offset != end) {
      return absl::DataLossError(absl::StrCat(
          "tensor ", Quoted(tensor.name), " starts at ", tensor.offset,
          " of the data, expected ", end, ", where the one before it ends"));
    }
    TESSERA_RETURN_IF_ERROR(CheckSize(tensor));
    end = tensor.offset + tensor.size;  // it was a number in the header
    if (end > data_size) {
      return absl::DataLossError(
          absl::StrCat("tensor ", Quoted(tensor.name), " ends at ", end,
                       " of the data, which has ", data_size,
                       " bytes; the file is cut short"));
    }
    tensor.offset += file->data_offset;
  }
  if (end != data_size) {
    const absl::Span<const uint8_t> rest = data.subspan(end);
    return absl::DataLossError(
        absl::StrCat("byte ", file->data_offset + end, ": ", data_size - end,
                     " bytes follow the last tensor",
                     LooksLikeSafetensors(rest) ? kJoined : ""));
  }
  return absl::OkStatus();
}

}  // namespace

bool LooksLikeSafetensors(absl::Span<const uint8_t> file) {
  constexpr size_t kHigh = 6;  // no header is so long that it needs these bytes
  return file.size() > sizeof(uint64_t) && file[kHigh] == 0 &&
         file[kHigh + 1] == 0 && file[sizeof(uint64_t)] == '{';
}

absl::StatusOr<SafetensorsFile> ParseSafetensors(
    absl::Span<const uint8_t> file) {
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view header, ReadHeader(file));
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(header);
  if (!document.ok()) {
    return absl::DataLossError(
        absl::StrCat("byte 8: header ", document.status().message()));
  }
  const auto members = JsonMembers(document->root());
  if (!members.ok()) {
    return absl::DataLossError(
        absl::StrCat("byte 8: header ", members.status().message()));
  }
  SafetensorsFile parsed;
  parsed.data_offset = sizeof(uint64_t) + header.size();
  for (const JsonMember& member : *members) {
    if (member.key == kMetadataKey) {
      const absl::Status status = ReadMetadata(member.value, &parsed.metadata);
      if (!status.ok()) return Within("member", member.key, status);
      continue;
    }
    SafetensorsTensor tensor{
        .name = std::string(member.key), .type = DType::kF32, .shape = {}};
    const absl::Status status = ReadTensor(member.value, &tensor);
    if (!status.ok()) return Within("tensor", member.key, status);
    parsed.tensors.push_back(std::move(tensor));
  }
  TESSERA_RETURN_IF_ERROR(
      PlaceTensors(file.subspan(parsed.data_offset), &parsed));
  return parsed;
}

}  // namespace tessera
