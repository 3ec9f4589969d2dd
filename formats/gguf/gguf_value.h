// A typed value of GGUF metadata, kept as its encoded bytes.
#ifndef FORMATS_GGUF_GGUF_VALUE_H_
#define FORMATS_GGUF_GGUF_VALUE_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/byte_cursor.h"
#include "formats/gguf/gguf_constants.h"

namespace tessera {

// A value whose encoding has been checked: every length, every nested element
// and every bool. Elements are decoded when they are asked for, so that a list
// of 150,000 tokens costs nothing until then. Holds its bytes, or refers to
// bytes of a file that must outlive it (and its copies); each factory says
// which. Immutable, hence safe to read from several threads.
//
// Getters convert between types where nothing is lost, and otherwise return
// DataLoss ("FLOAT32, expected an integer"): the value comes from a file.
class GgufValue {
 public:
  // The value of type number `type` at the cursor, which moves behind it.
  // Refers to the cursor's bytes. DataLoss if it is cut short or malformed,
  // Unimplemented if arrays nest deeper than kGgufMaxArrayDepth; messages name
  // the cursor's byte offset. Time is linear in the bytes, and nothing is
  // allocated.
  static absl::StatusOr<GgufValue> Read(uint32_t type, ByteCursor* cursor);

  // The value of type number `type` that is encoded by exactly `raw`, as
  // returned by raw(). Holds a copy. Errors as Read.
  static absl::StatusOr<GgufValue> FromRaw(uint32_t type,
                                           absl::Span<const uint8_t> raw);

  // Values for a writer; they hold their bytes. T is bool, a fixed-width
  // integer, float or double.
  template <typename T>
  static GgufValue Scalar(T value);
  template <typename T>
  static GgufValue Array(absl::Span<const T> values);
  static GgufValue String(absl::string_view text);
  static GgufValue StringArray(absl::Span<const absl::string_view> texts);

  GgufType type() const { return type_; }
  bool is_array() const { return type_ == GgufType::kArray; }

  // For arrays only: the type and number of the elements.
  GgufType element_type() const;
  uint64_t element_count() const;

  // The encoding, without the type number: FromRaw of type and raw() is this
  // value again. Valid while this object lives unmoved.
  absl::Span<const uint8_t> raw() const;

  // Strings are bytes: the format asks for UTF-8, but files need not comply.
  absl::StatusOr<absl::string_view> GetString() const;
  absl::StatusOr<bool> GetBool() const;
  // Any integer type whose value fits.
  absl::StatusOr<uint64_t> GetUint() const;
  absl::StatusOr<int64_t> GetInt() const;
  // Floats and integers, as the nearest double.
  absl::StatusOr<double> GetFloat() const;

  // The same for arrays, element by element. The views refer to raw().
  absl::StatusOr<std::vector<absl::string_view>> GetStringArray() const;
  absl::StatusOr<std::vector<bool>> GetBoolArray() const;
  absl::StatusOr<std::vector<uint64_t>> GetUintArray() const;
  absl::StatusOr<std::vector<int64_t>> GetIntArray() const;
  absl::StatusOr<std::vector<float>> GetFloatArray() const;

  // The first `limit` elements of an array of any type, nested ones too. They
  // refer to raw(). Empty for a value that is no array.
  std::vector<GgufValue> Elements(uint64_t limit) const;

 private:
  GgufValue(GgufType type, absl::Span<const uint8_t> borrowed)
      : type_(type), borrowed_(borrowed) {}
  GgufValue(GgufType type, std::string owned)
      : type_(type), owns_(true), owned_(std::move(owned)) {}

  template <typename T>
  static constexpr GgufType TypeOf();
  static GgufValue FromBytes(GgufType type, const void* bytes, uint64_t size);
  static GgufValue ArrayFromBytes(GgufType element_type, uint64_t count,
                                  const void* bytes, uint64_t size);

  GgufType type_;
  bool owns_ = false;
  std::string owned_;
  absl::Span<const uint8_t> borrowed_;
};

template <typename T>
constexpr GgufType GgufValue::TypeOf() {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8);
  if constexpr (std::is_same_v<T, bool>) return GgufType::kBool;
  if constexpr (std::is_same_v<T, float>) return GgufType::kFloat32;
  if constexpr (std::is_same_v<T, double>) return GgufType::kFloat64;
  constexpr bool kSigned = std::is_signed_v<T>;
  switch (sizeof(T)) {
    case 1:
      return kSigned ? GgufType::kInt8 : GgufType::kUint8;
    case 2:
      return kSigned ? GgufType::kInt16 : GgufType::kUint16;
    case 4:
      return kSigned ? GgufType::kInt32 : GgufType::kUint32;
    default:
      return kSigned ? GgufType::kInt64 : GgufType::kUint64;
  }
}

template <typename T>
GgufValue GgufValue::Scalar(T value) {
  return FromBytes(TypeOf<T>(), &value, sizeof(value));
}

template <typename T>
GgufValue GgufValue::Array(absl::Span<const T> values) {
  return ArrayFromBytes(TypeOf<T>(), values.size(), values.data(),
                        values.size() * sizeof(T));
}

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_VALUE_H_
