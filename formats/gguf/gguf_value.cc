#include "formats/gguf/gguf_value.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_encoding.h"

namespace tessera {
namespace {

template <typename T>
T Load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Wide enough for every integer type, so that range checks are plain.
using WideInt = __int128;

std::optional<WideInt> LoadInteger(GgufType type, const uint8_t* bytes) {
  switch (type) {
    case GgufType::kUint8:
      return Load<uint8_t>(bytes);
    case GgufType::kInt8:
      return Load<int8_t>(bytes);
    case GgufType::kUint16:
      return Load<uint16_t>(bytes);
    case GgufType::kInt16:
      return Load<int16_t>(bytes);
    case GgufType::kUint32:
      return Load<uint32_t>(bytes);
    case GgufType::kInt32:
      return Load<int32_t>(bytes);
    case GgufType::kUint64:
      return Load<uint64_t>(bytes);
    case GgufType::kInt64:
      return Load<int64_t>(bytes);
    default:
      return std::nullopt;
  }
}

absl::Status Unexpected(absl::string_view found, absl::string_view expected) {
  return absl::DataLossError(absl::StrCat(found, ", expected ", expected));
}

// Each Convert reads one scalar of type `type`; nothing is read from `bytes` if
// the type does not convert.
template <typename T>
absl::Status Convert(GgufType type, const uint8_t* bytes, T* value) {
  const std::optional<WideInt> wide = LoadInteger(type, bytes);
  if (!wide.has_value()) return Unexpected(GgufTypeName(type), "an integer");
  if (*wide < std::numeric_limits<T>::min()) {
    return Unexpected(absl::StrCat(static_cast<int64_t>(*wide)),
                      "an integer that is not negative");
  }
  if (*wide > std::numeric_limits<T>::max()) {
    return Unexpected(absl::StrCat(static_cast<uint64_t>(*wide)),
                      "an integer below 2^63");
  }
  *value = static_cast<T>(*wide);
  return absl::OkStatus();
}

absl::Status Convert(GgufType type, const uint8_t* bytes, double* value) {
  if (type == GgufType::kFloat32) {
    *value = Load<float>(bytes);
  } else if (type == GgufType::kFloat64) {
    *value = Load<double>(bytes);
  } else if (const auto integer = LoadInteger(type, bytes)) {
    *value = static_cast<double>(*integer);
  } else {
    return Unexpected(GgufTypeName(type), "a number");
  }
  return absl::OkStatus();
}

absl::Status Convert(GgufType type, const uint8_t* bytes, float* value) {
  double wide = 0;
  TESSERA_RETURN_IF_ERROR(Convert(type, bytes, &wide));
  *value = static_cast<float>(wide);
  return absl::OkStatus();
}

absl::Status Convert(GgufType type, const uint8_t* bytes, bool* value) {
  if (type != GgufType::kBool) return Unexpected(GgufTypeName(type), "BOOL");
  *value = *bytes != 0;
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<T> GetScalar(const GgufValue& value) {
  T result{};
  TESSERA_RETURN_IF_ERROR(Convert(value.type(), value.raw().data(), &result));
  return result;
}

template <typename T>
absl::StatusOr<std::vector<T>> GetArray(const GgufValue& value) {
  if (!value.is_array()) {
    return Unexpected(GgufTypeName(value.type()), "ARRAY");
  }
  const GgufType type = value.element_type();
  const uint8_t* bytes = value.raw().data() + kGgufArrayHeaderBytes;
  std::vector<T> result;
  result.reserve(value.element_count());
  for (uint64_t i = 0; i < value.element_count(); ++i) {
    T element{};
    const absl::Status status = Convert(type, bytes, &element);
    if (!status.ok()) {
      return absl::DataLossError(
          absl::StrCat("ARRAY element ", i, ": ", status.message()));
    }
    result.push_back(element);
    bytes += GgufMinBytes(type);
  }
  return result;
}

template <typename T>
void AppendNumber(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendText(absl::string_view text, std::string* bytes) {
  AppendNumber<uint64_t>(text.size(), bytes);
  bytes->append(text.data(), text.size());
}

}  // namespace

absl::StatusOr<GgufValue> GgufValue::Read(uint32_t type, ByteCursor* cursor) {
  ByteCursor value = *cursor;
  TESSERA_RETURN_IF_ERROR(SkipGgufValue(type, cursor));
  absl::Span<const uint8_t> bytes;
  value.ReadBytes(cursor->position() - value.position(), &bytes);
  return GgufValue(static_cast<GgufType>(type), bytes);
}

absl::StatusOr<GgufValue> GgufValue::FromRaw(uint32_t type,
                                             absl::Span<const uint8_t> raw) {
  ByteCursor cursor(raw);
  TESSERA_RETURN_IF_ERROR(SkipGgufValue(type, &cursor));
  if (cursor.remaining() != 0) {
    return absl::DataLossError(
        absl::StrCat("byte ", cursor.position(), ": ", cursor.remaining(),
                     " bytes follow the value of type ",
                     GgufTypeName(static_cast<GgufType>(type))));
  }
  return FromBytes(static_cast<GgufType>(type), raw.data(), raw.size());
}

GgufValue GgufValue::FromBytes(GgufType type, const void* bytes,
                               uint64_t size) {
  return GgufValue(type, std::string(static_cast<const char*>(bytes), size));
}

GgufValue GgufValue::ArrayFromBytes(GgufType element_type, uint64_t count,
                                    const void* bytes, uint64_t size) {
  std::string raw;
  raw.reserve(kGgufArrayHeaderBytes + size);
  AppendNumber(static_cast<uint32_t>(element_type), &raw);
  AppendNumber(count, &raw);
  raw.append(static_cast<const char*>(bytes), size);
  return GgufValue(GgufType::kArray, std::move(raw));
}

GgufValue GgufValue::String(absl::string_view text) {
  std::string raw;
  AppendText(text, &raw);
  return GgufValue(GgufType::kString, std::move(raw));
}

GgufValue GgufValue::StringArray(absl::Span<const absl::string_view> texts) {
  std::string raw;
  AppendNumber(static_cast<uint32_t>(GgufType::kString), &raw);
  AppendNumber<uint64_t>(texts.size(), &raw);
  for (absl::string_view text : texts) AppendText(text, &raw);
  return GgufValue(GgufType::kArray, std::move(raw));
}

GgufType GgufValue::element_type() const {
  return static_cast<GgufType>(Load<uint32_t>(raw().data()));
}

uint64_t GgufValue::element_count() const {
  return Load<uint64_t>(raw().data() + sizeof(uint32_t));
}

absl::Span<const uint8_t> GgufValue::raw() const {
  if (!owns_) return borrowed_;
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(owned_.data()),
                             owned_.size());
}

absl::StatusOr<absl::string_view> GgufValue::GetString() const {
  if (type_ != GgufType::kString) {
    return Unexpected(GgufTypeName(type_), "STRING");
  }
  absl::string_view text;
  ByteCursor cursor(raw());
  cursor.Skip(sizeof(uint64_t));
  cursor.ReadString(cursor.remaining(), &text);
  return text;
}

absl::StatusOr<bool> GgufValue::GetBool() const {
  return GetScalar<bool>(*this);
}
absl::StatusOr<uint64_t> GgufValue::GetUint() const {
  return GetScalar<uint64_t>(*this);
}
absl::StatusOr<int64_t> GgufValue::GetInt() const {
  return GetScalar<int64_t>(*this);
}
absl::StatusOr<double> GgufValue::GetFloat() const {
  return GetScalar<double>(*this);
}

absl::StatusOr<std::vector<absl::string_view>> GgufValue::GetStringArray()
    const {
  if (!is_array() || element_type() != GgufType::kString) {
    return Unexpected(
        is_array() ? absl::StrCat("ARRAY of ", GgufTypeName(element_type()))
                   : std::string(GgufTypeName(type_)),
        "ARRAY of STRING");
  }
  ByteCursor cursor(raw());
  cursor.Skip(kGgufArrayHeaderBytes);
  std::vector<absl::string_view> texts(element_count());
  for (absl::string_view& text : texts) {
    uint64_t size = 0;
    cursor.Read(&size);
    cursor.ReadString(size, &text);
  }
  return texts;
}

absl::StatusOr<std::vector<bool>> GgufValue::GetBoolArray() const {
  return GetArray<bool>(*this);
}
absl::StatusOr<std::vector<uint64_t>> GgufValue::GetUintArray() const {
  return GetArray<uint64_t>(*this);
}
absl::StatusOr<std::vector<int64_t>> GgufValue::GetIntArray() const {
  return GetArray<int64_t>(*this);
}
absl::StatusOr<std::vector<float>> GgufValue::GetFloatArray() const {
  return GetArray<float>(*this);
}

std::vector<GgufValue> GgufValue::Elements(uint64_t limit) const {
  std::vector<GgufValue> elements;
  if (!is_array()) return elements;
  ByteCursor cursor(raw());
  cursor.Skip(kGgufArrayHeaderBytes);
  const uint64_t count = std::min(limit, element_count());
  for (uint64_t i = 0; i < count; ++i) {
    auto element = Read(static_cast<uint32_t>(element_type()), &cursor);
    if (!element.ok()) break;  // cannot happen: the whole array was checked
    elements.push_back(*std::move(element));
  }
  return elements;
}

}  // namespace tessera
