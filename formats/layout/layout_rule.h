// A rule that gives matrices their layout, and what was measured for it.
#ifndef FORMATS_LAYOUT_LAYOUT_RULE_H_
#define FORMATS_LAYOUT_LAYOUT_RULE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

// How a matrix is used.
enum class MatrixDuty {
  kGemv,  // times one vector only, like the output matrix
  kGemm,  // times the vectors of a prompt, too
};

// "gemv", "gemm"
absl::string_view MatrixDutyName(MatrixDuty duty);

// From the first to the last number.
struct NumberRange {
  uint64_t first = 0;
  uint64_t last = std::numeric_limits<uint64_t>::max();

  bool Contains(uint64_t n) const { return first <= n && n <= last; }
};

// That a layout is `ratio` times as fast as another, from so many pairs of
// times; the true ratio is in [lower, upper] with the confidence that the
// profile's producer chose.
struct LayoutEvidence {
  double ratio = 1;  // positive and finite, like the next two
  double lower = 1;
  double upper = 1;
  LayoutOrder over = LayoutOrder::kInterleaved;  // the other one
  uint32_t samples = 1;
};

// Matrices that it applies to, and their layout. A plain value.
//
// As text: five words for type, duty, rows, columns and layout, and, if it was
// measured, seven more. "*" is any; a range is "256", "256-1024", "256-" or
// "-1024", its ends included.
//
//   F16 gemv -4096 * transposed
//   Q4_0 gemm 2048 5632 interleaved gain 1.12 1.08..1.15 over swizzled of 20
struct LayoutRule {
  std::optional<DType> type;       // none: any
  std::optional<MatrixDuty> duty;  // none: any
  NumberRange rows;
  NumberRange columns;
  LayoutOrder layout = LayoutOrder::kInterleaved;
  std::optional<LayoutEvidence> evidence;  // against `evidence->over`

  bool AppliesTo(DType type, MatrixDuty duty, uint64_t rows,
                 uint64_t columns) const;
};

// InvalidArgument for a line that is no rule.
absl::StatusOr<LayoutRule> ParseLayoutRule(absl::string_view line);

// What ParseLayoutRule reads, without an end of line. Ratios are rounded to
// four digits.
std::string LayoutRuleText(const LayoutRule& rule);

}  // namespace tessera

#endif  // FORMATS_LAYOUT_LAYOUT_RULE_H_
