#include "formats/gguf/gguf_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/byte_cursor.h"
#include "base/checked_math.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

// The least bytes of a metadata entry (key length, one byte of key, type,
// value) and of a tensor (name length, one byte of name, number of dimensions,
// type, offset). Counts are checked against them before anything is reserved.
constexpr uint64_t kMinEntryBytes = 8 + 1 + 4 + 1;
constexpr uint64_t kMinTensorBytes = 8 + 1 + 4 + 4 + 8;

absl::Status Within(absl::string_view context, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(context, ": ", status.message()));
}

// Parses one file; used once.
class Parser {
 public:
  explicit Parser(absl::Span<const uint8_t> file)
      : file_(file), file_size_(file.size()), cursor_(file) {}

  absl::StatusOr<GgufFile> Parse();

 private:
  absl::Status ReadHeader();
  absl::Status ReadMetadataEntry();
  absl::Status ReadTensor();
  absl::Status PlaceTensor(GgufTensor* tensor) const;
  absl::Status CheckOverlaps() const;
  absl::Status CheckNotJoined() const;

  absl::Status ReadName(absl::string_view kind, uint64_t max_bytes,
                        absl::string_view* name);
  absl::Status CutShort(absl::string_view what) const;

  const absl::Span<const uint8_t> file_;
  const uint64_t file_size_;
  ByteCursor cursor_;
  uint64_t tensor_count_ = 0;
  uint64_t entry_count_ = 0;
  absl::flat_hash_set<absl::string_view> names_;
  GgufFile parsed_;
};

absl::Status Parser::CutShort(absl::string_view what) const {
  return absl::DataLossError(
      absl::StrCat("byte ", cursor_.position(), ": the file ends within ", what,
                   "; ", cursor_.remaining(), " bytes are left"));
}

absl::Status Parser::ReadHeader() {
  absl::string_view magic;
  if (!cursor_.ReadString(kGgufMagic.size(), &magic)) return CutShort("magic");
  if (magic != kGgufMagic) {
    return absl::DataLossError(
        "byte 0: does not begin with 'GGUF', as GGUF files do");
  }
  if (!cursor_.Read(&parsed_.version)) return CutShort("version");
  const uint32_t version = parsed_.version;
  // Nothing else in the file tells the byte order; a sane version does.
  if (version != 0 && (version & 0xFFFF) == 0) {
    return absl::UnimplementedError(
        "byte 4: the file is big-endian; download a little-endian one, or "
        "turn it around with gguf_convert_endian.py of llama.cpp");
  }
  if (version == 0) return absl::DataLossError("byte 4: GGUF version 0");
  if (version < kGgufOldestVersion || version > kGgufNewestVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "byte 4: GGUF version ", version, ", expected ", kGgufOldestVersion,
        " or ", kGgufNewestVersion,
        version == 1
            ? "; convert the model again from its original"
            : "; it is damaged, or of a later time than this program"));
  }
  if (!cursor_.Read(&tensor_count_) || !cursor_.Read(&entry_count_)) {
    return CutShort("the header");
  }
  const uint64_t left = cursor_.remaining();
  if (entry_count_ > left / kMinEntryBytes) {
    return absl::DataLossError(absl::StrCat(
        "byte 16: ", entry_count_, " metadata entries do not fit in the ", left,
        " bytes left; the file is cut short or damaged"));
  }
  if (tensor_count_ > left / kMinTensorBytes) {
    return absl::DataLossError(
        absl::StrCat("byte 8: ", tensor_count_, " tensors do not fit in the ",
                     left, " bytes left; the file is cut short or damaged"));
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadName(absl::string_view kind, uint64_t max_bytes,
                              absl::string_view* name) {
  uint64_t size = 0;
  if (!cursor_.Read(&size)) return CutShort(absl::StrCat("length of ", kind));
  if (size > max_bytes) {
    return absl::DataLossError(
        absl::StrCat("byte ", cursor_.position() - sizeof(size), ": ", kind,
                     " of ", size, " bytes, expected at most ", max_bytes));
  }
  const uint64_t start = cursor_.position();
  if (!cursor_.ReadString(size, name)) return CutShort(kind);
  const absl::Status status = CheckGgufName(kind, *name, max_bytes);
  return status.ok() ? status : Within(absl::StrCat("byte ", start), status);
}

absl::Status Parser::ReadMetadataEntry() {
  const uint64_t start = cursor_.position();
  absl::string_view key;
  TESSERA_RETURN_IF_ERROR(ReadName("metadata key", kGgufMaxKeyBytes, &key));
  const std::string context = absl::StrCat("metadata key ", Quoted(key));
  uint32_t type = 0;
  if (!cursor_.Read(&type)) return CutShort(absl::StrCat("type of ", context));
  absl::StatusOr<GgufValue> value = GgufValue::Read(type, &cursor_);
  if (!value.ok()) return Within(context, value.status());
  if (!parsed_.metadata.Append(key, *std::move(value))) {
    return absl::DataLossError(
        absl::StrCat("byte ", start, ": ", context, " occurs twice"));
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadTensor() {
  const uint64_t start = cursor_.position();
  absl::string_view name;
  TESSERA_RETURN_IF_ERROR(
      ReadName("tensor name", kGgufMaxTensorNameBytes, &name));
  const std::string context =
      absl::StrCat("byte ", start, ": tensor ", Quoted(name));
  if (!names_.insert(name).second) {
    return absl::DataLossError(absl::StrCat(context, " occurs twice"));
  }
  GgufTensor tensor;
  tensor.name = std::string(name);
  uint32_t dimensions = 0;
  if (!cursor_.Read(&dimensions)) return CutShort(context);
  if (dimensions > kGgufMaxDimensions) {
    return absl::DataLossError(absl::StrCat(context, " has ", dimensions,
                                            " dimensions, expected at most ",
                                            kGgufMaxDimensions));
  }
  tensor.shape.resize(dimensions);
  // Stored innermost first.
  for (uint32_t i = dimensions; i > 0; --i) {
    if (!cursor_.Read(&tensor.shape[i - 1])) return CutShort(context);
  }
  uint32_t type = 0;
  if (!cursor_.Read(&type) || !cursor_.Read(&tensor.offset)) {
    return CutShort(context);
  }
  tensor.type = static_cast<DType>(type);
  const absl::StatusOr<uint64_t> size = GgufTensorBytes(tensor);
  if (!size.ok()) return Within(absl::StrCat("byte ", start), size.status());
  tensor.size = *size;
  parsed_.tensors.push_back(std::move(tensor));
  return absl::OkStatus();
}

// Turns the offset in the data section into one in the file.
absl::Status Parser::PlaceTensor(GgufTensor* tensor) const {
  const std::string context = absl::StrCat("tensor ", Quoted(tensor->name));
  if (tensor->offset % parsed_.alignment != 0) {
    return absl::DataLossError(
        absl::StrCat(context, " has offset ", tensor->offset,
                     ", expected a multiple of ", parsed_.alignment));
  }
  const std::optional<uint64_t> offset =
      CheckedAdd(parsed_.data_offset, tensor->offset);
  // Without the last padding, the place of an empty tensor may lie beyond the
  // end; it has no bytes there, so that the end itself serves.
  const uint64_t limit =
      tensor->size == 0 ? RoundUp(file_size_, parsed_.alignment) : file_size_;
  if (!offset.has_value() || !ExtentFits(*offset, tensor->size, limit)) {
    return absl::DataLossError(
        absl::StrCat(context, " has ", tensor->size, " bytes at offset ",
                     tensor->offset, " of the data section (byte ",
                     parsed_.data_offset, "), beyond the end of the file at ",
                     file_size_, "; the file is cut short or damaged"));
  }
  tensor->offset = std::min(*offset, file_size_);
  return absl::OkStatus();
}

absl::Status Parser::CheckOverlaps() const {
  std::vector<const GgufTensor*> by_offset;
  by_offset.reserve(parsed_.tensors.size());
  for (const GgufTensor& tensor : parsed_.tensors) {
    if (tensor.size != 0) by_offset.push_back(&tensor);
  }
  std::sort(by_offset.begin(), by_offset.end(),
            [](const GgufTensor* a, const GgufTensor* b) {
              return a->offset < b->offset;
            });
  for (size_t i = 1; i < by_offset.size(); ++i) {
    const GgufTensor& before = *by_offset[i - 1];
    const GgufTensor& after = *by_offset[i];
    if (before.offset + before.size > after.offset) {
      return absl::DataLossError(
          absl::StrCat("tensor ", Quoted(after.name), " at byte ", after.offset,
                       " overlaps tensor ", Quoted(before.name),
                       ", which ends at byte ", before.offset + before.size));
    }
  }
  return absl::OkStatus();
}

// What follows the last tensor means nothing, unless it is another file.
absl::Status Parser::CheckNotJoined() const {
  uint64_t end = cursor_.position();
  for (const GgufTensor& tensor : parsed_.tensors) {
    end = std::max(end, tensor.offset + tensor.size);
  }
  for (const uint64_t at : {end, RoundUp(end, parsed_.alignment)}) {
    ByteCursor rest(file_.subspan(std::min(at, file_size_)));
    absl::string_view magic;
    uint32_t version = 0;
    if (!rest.ReadString(kGgufMagic.size(), &magic) || magic != kGgufMagic ||
        !rest.Read(&version) || version > kGgufNewestVersion) {
      continue;
    }
    return absl::DataLossError(absl::StrCat(
        "byte ", at,
        ": another GGUF file begins there: the files of a set are not joined "
        "with cat; leave them as they are and give the first of them"));
  }
  return absl::OkStatus();
}

absl::StatusOr<GgufFile> Parser::Parse() {
  TESSERA_RETURN_IF_ERROR(ReadHeader());
  for (uint64_t i = 0; i < entry_count_; ++i) {
    TESSERA_RETURN_IF_ERROR(ReadMetadataEntry());
  }
  TESSERA_ASSIGN_OR_RETURN(parsed_.alignment, parsed_.metadata.Alignment());
  for (uint64_t i = 0; i < tensor_count_; ++i) {
    TESSERA_RETURN_IF_ERROR(ReadTensor());
  }
  parsed_.data_offset = RoundUp(cursor_.position(), parsed_.alignment);
  for (GgufTensor& tensor : parsed_.tensors) {
    TESSERA_RETURN_IF_ERROR(PlaceTensor(&tensor));
  }
  TESSERA_RETURN_IF_ERROR(CheckOverlaps());
  TESSERA_RETURN_IF_ERROR(CheckNotJoined());
  return std::move(parsed_);
}

}  // namespace

absl::StatusOr<GgufFile> ParseGguf(absl::Span<const uint8_t> file) {
  return Parser(file).Parse();
}

}  // namespace tessera
