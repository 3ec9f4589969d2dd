// The stored types of tensors: their names, numbers and sizes.
#ifndef FORMATS_DTYPE_DTYPE_H_
#define FORMATS_DTYPE_DTYPE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// Values below 1000 are the type numbers of GGUF (ggml.h, `enum ggml_type`) and
// frozen; from 1000 on they are ours, frozen too, since arenas store them.
enum class DType : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  // 4, 5: Q4_2 and Q4_3, removed from ggml.
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ8_1 = 9,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kQ8_K = 15,
  kIQ2_XXS = 16,
  kIQ2_XS = 17,
  kIQ3_XXS = 18,
  kIQ1_S = 19,
  kIQ4_NL = 20,
  kIQ3_S = 21,
  kIQ2_S = 22,
  kIQ4_XS = 23,
  kI8 = 24,
  kI16 = 25,
  kI32 = 26,
  kI64 = 27,
  kF64 = 28,
  kIQ1_M = 29,
  kBF16 = 30,
  // 31 to 33 and 36 to 38: Q4_0 and IQ4_NL repacked for one ISA, removed.
  kQ4_0_4_4 = 31,
  kQ4_0_4_8 = 32,
  kQ4_0_8_8 = 33,
  kTQ1_0 = 34,
  kTQ2_0 = 35,
  kIQ4_NL_4_4 = 36,
  kIQ4_NL_4_8 = 37,
  kIQ4_NL_8_8 = 38,
  kMXFP4 = 39,
  kNVFP4 = 40,
  kQ1_0 = 41,
  kQ2_0 = 42,

  kINT8 = 1000,  // a row is one f32 scale, then one int8 per weight
  kBOOL = 1001,
  kU8 = 1002,
  kU16 = 1003,
  kU32 = 1004,
  kU64 = 1005,
  kF8_E4M3 = 1006,
  kF8_E5M2 = 1007,
  kF8_E8M0 = 1008,
  kF8_E4M3FNUZ = 1009,
  kF8_E5M2FNUZ = 1010,
  kF6_E2M3 = 1011,
  kF6_E3M2 = 1012,
  kF4 = 1013,
  kC64 = 1014,
};

// What a type is, apart from its bits.
struct DTypeTraits {
  DType type;
  absl::string_view name;  // as in GGUF or safetensors: "Q4_0", "F8_E4M3"
  // Consecutive weights of one row that share a block, and the block's bytes.
  // INT8 has no fixed block: both are 0, use RowBytes. Types of less than a
  // byte have the smallest block that is whole bytes (F4: 2 weights, 1 byte).
  // Types that ggml removed have 0 too.
  uint32_t block_elements;
  uint32_t block_bytes;
};

// Every type that has a name here.
absl::Span<const DTypeTraits> AllDTypes();

// The traits of `type`, or nullptr for a number that has no name.
const DTypeTraits* FindDType(DType type);

// The type called `name` (exact case), or nullopt.
std::optional<DType> DTypeFromName(absl::string_view name);

// The type's name, or "type 77" where it has none. For messages.
std::string DTypeName(DType type);

// True for types of which several weights share a scale: a value of theirs has
// been rounded to what the others allow. Floats of 8 bits are none.
bool IsQuantized(DType type);

// Bytes of a row of `elements` weights, or nullopt if `elements` is no multiple
// of the block, the type has no size, or the product overflows.
std::optional<uint64_t> RowBytes(DType type, uint64_t elements);

// Bytes of a row-major tensor, `shape` outermost dimension first. nullopt as
// RowBytes. A shape with a zero dimension has 0 bytes; an empty shape is a
// scalar. For INT8 every innermost row carries its scale.
std::optional<uint64_t> TensorBytes(DType type,
                                    absl::Span<const uint64_t> shape);

// Product of `shape`, or nullopt on overflow. 1 for an empty shape. A zero
// dimension gives 0 only if the product of the others does not overflow.
std::optional<uint64_t> ElementCount(absl::Span<const uint64_t> shape);

}  // namespace tessera

#endif  // FORMATS_DTYPE_DTYPE_H_
