#include "formats/gguf/gguf_encoding.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

struct TypeTraits {
  absl::string_view name;
  uint64_t min_bytes;
};

constexpr TypeTraits kTypes[kGgufTypeCount] = {
    {"UINT8", 1},   {"INT8", 1},
    {"UINT16", 2},  {"INT16", 2},
    {"UINT32", 4},  {"INT32", 4},
    {"FLOAT32", 4}, {"BOOL", 1},
    {"STRING", 8},  {"ARRAY", kGgufArrayHeaderBytes},
    {"UINT64", 8},  {"INT64", 8},
    {"FLOAT64", 8},
};

absl::Status CutShort(const ByteCursor& cursor, absl::string_view what,
                      uint64_t needed) {
  return absl::DataLossError(absl::StrCat("byte ", cursor.position(), ": ",
                                          what, " needs ", needed, " bytes, ",
                                          cursor.remaining(), " are left"));
}

absl::StatusOr<GgufType> CheckType(uint32_t type, const ByteCursor& cursor) {
  if (type < kGgufTypeCount) return static_cast<GgufType>(type);
  return absl::DataLossError(
      absl::StrCat("byte ", cursor.position(), ": value type ", type,
                   ", expected 0 to ", kGgufTypeCount - 1));
}

absl::Status SkipString(ByteCursor* cursor) {
  uint64_t size = 0;
  if (!cursor->Read(&size)) return CutShort(*cursor, "STRING", sizeof(size));
  if (!cursor->Skip(size)) return CutShort(*cursor, "text of STRING", size);
  return absl::OkStatus();
}

// `count` values of a type of fixed size; count * size is known not to
// overflow.
absl::Status SkipScalars(GgufType type, uint64_t count, ByteCursor* cursor) {
  const uint64_t start = cursor->position();
  const uint64_t size = count * GgufMinBytes(type);
  absl::Span<const uint8_t> bytes;
  if (!cursor->ReadBytes(size, &bytes)) {
    return CutShort(*cursor, GgufTypeName(type), size);
  }
  if (type != GgufType::kBool) return absl::OkStatus();
  for (uint64_t i = 0; i < count; ++i) {
    if (bytes[i] > 1) {
      return absl::DataLossError(absl::StrCat("byte ", start + i, ": BOOL ",
                                              bytes[i], ", expected 0 or 1"));
    }
  }
  return absl::OkStatus();
}

absl::Status SkipArray(int depth, ByteCursor* cursor) {
  const ByteCursor start = *cursor;
  if (depth > kGgufMaxArrayDepth) {
    return absl::UnimplementedError(absl::StrCat("byte ", start.position(),
                                                 ": arrays nest deeper than ",
                                                 kGgufMaxArrayDepth));
  }
  uint32_t type_number = 0;
  uint64_t count = 0;
  if (!cursor->Read(&type_number) || !cursor->Read(&count)) {
    return CutShort(start, "ARRAY", kGgufArrayHeaderBytes);
  }
  TESSERA_ASSIGN_OR_RETURN(const GgufType type, CheckType(type_number, start));
  if (count > cursor->remaining() / GgufMinBytes(type)) {
    return absl::DataLossError(absl::StrCat(
        "byte ", start.position(), ": ARRAY of ", count, " ",
        GgufTypeName(type), " does not fit in the ", cursor->remaining(),
        " bytes left; the file is cut short or damaged"));
  }
  if (type != GgufType::kString && type != GgufType::kArray) {
    return SkipScalars(type, count, cursor);
  }
  for (uint64_t i = 0; i < count; ++i) {
    TESSERA_RETURN_IF_ERROR(type == GgufType::kString
                                ? SkipString(cursor)
                                : SkipArray(depth + 1, cursor));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view GgufTypeName(GgufType type) {
  return kTypes[static_cast<uint32_t>(type)].name;
}

uint64_t GgufMinBytes(GgufType type) {
  return kTypes[static_cast<uint32_t>(type)].min_bytes;
}

absl::Status SkipGgufValue(uint32_t type_number, ByteCursor* cursor) {
  TESSERA_ASSIGN_OR_RETURN(const GgufType type,
                           CheckType(type_number, *cursor));
  if (type == GgufType::kString) return SkipString(cursor);
  if (type == GgufType::kArray) return SkipArray(1, cursor);
  return SkipScalars(type, 1, cursor);
}

}  // namespace tessera
