// How one part of a tensor is stored, where its parts differ.
#ifndef CONVERTER_SOURCE_PART_FORM_H_
#define CONVERTER_SOURCE_PART_FORM_H_

#include <cstdint>
#include <optional>

#include "converter/source/float8_scales.h"
#include "formats/dtype/dtype.h"

namespace tessera {

struct PartForm {
  DType type = DType::kF32;  // of its rows, before they are widened
  // The bytes are F8 and belong to these scales, of one part; `type` is BF16.
  std::optional<Float8Scales> scales;

  DType stored_type() const {
    return scales.has_value() ? scales->weight_type : type;
  }
};

// The smallest float type that holds every value of both; nullopt if one of
// them is no type of single numbers that can be read.
std::optional<DType> CommonFloatType(DType a, DType b);

// Writes `count` numbers of type `from` as `to`, which holds them exactly
// (CommonFloatType).
void WidenNumbers(DType from, DType to, const uint8_t* numbers, uint64_t count,
                  uint8_t* out);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_PART_FORM_H_
