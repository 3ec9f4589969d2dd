// Which layout is fastest on a machine: what --layout=auto goes by.
#ifndef FORMATS_LAYOUT_LAYOUT_PROFILE_H_
#define FORMATS_LAYOUT_LAYOUT_PROFILE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// Matrices that it applies to, and their layout.
struct LayoutRule {
  std::optional<DType> type;       // none: any
  std::optional<MatrixDuty> duty;  // none: any
  NumberRange rows;
  NumberRange columns;
  LayoutOrder layout = LayoutOrder::kInterleaved;
};

// Rules, of which the first that applies counts; interleaved where none does. A
// plain value.
//
// As text, each rule is a line of five words: type, duty, rows, columns,
// layout.
// "*" is any; a range is "256", "256-1024", "256-" or "-1024", its ends
// included. Empty lines and what follows a "#" do not count.
//
//   # type  duty  rows    columns  layout
//   F16     gemv  -4096   *        transposed
//   *       *     *       *        interleaved
class LayoutProfile {
 public:
  // No rules: every matrix is interleaved.
  LayoutProfile() = default;
  explicit LayoutProfile(std::vector<LayoutRule> rules)
      : rules_(std::move(rules)) {}

  // What was measured on the machines that we have; docs/benchmarks.md.
  static LayoutProfile BuiltIn();

  // InvalidArgument with the number of a line that is no rule.
  static absl::StatusOr<LayoutProfile> Parse(absl::string_view text);

  // The layout of a matrix; whether its type has that one is the caller's
  // business.
  LayoutOrder Choose(DType type, MatrixDuty duty, uint64_t rows,
                     uint64_t columns) const;

  // The rules as text, one per line, that Parse reads.
  std::string Text() const;

  const std::vector<LayoutRule>& rules() const { return rules_; }

 private:
  std::vector<LayoutRule> rules_;
};

}  // namespace tessera

#endif  // FORMATS_LAYOUT_LAYOUT_PROFILE_H_
