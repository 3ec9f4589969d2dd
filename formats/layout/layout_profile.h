// Which layout is fastest on a machine: what --layout=auto goes by.
#ifndef FORMATS_LAYOUT_LAYOUT_PROFILE_H_
#define FORMATS_LAYOUT_LAYOUT_PROFILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/layout_rule.h"

namespace tessera {

// The machine that a profile was measured on, and by what. What is empty or 0
// is not known.
struct ProfileMachine {
  std::string cpu;          // "AMD EPYC"
  std::string fingerprint;  // of whatever decides on speed
  std::string isa;          // "avx512vnni"
  uint32_t threads = 0;
  std::string producer;  // "tessera 0.1.0"
  std::string date;      // "2026-11-20T12:00:00Z"
};

// Rules, of which the first that applies counts, and their machine. A plain
// value. docs/layouts.md describes its text.
class LayoutProfile {
 public:
  // No rules: nothing was measured.
  LayoutProfile() = default;
  explicit LayoutProfile(std::vector<LayoutRule> rules,
                         ProfileMachine machine = {})
      : rules_(std::move(rules)), machine_(std::move(machine)) {}

  // InvalidArgument with the number of a line that is neither a rule nor
  // something about the machine; Unimplemented for a newer version.
  static absl::StatusOr<LayoutProfile> Parse(absl::string_view text);

  // The rule for a matrix, which lives as long as the profile; null if there is
  // none, and the matrix is interleaved. Whether its type has the layout is the
  // caller's business.
  const LayoutRule* Choose(DType type, MatrixDuty duty, uint64_t rows,
                           uint64_t columns) const;

  // What Parse reads. Bytes of the machine's texts that cannot be in it become
  // question marks.
  std::string Text() const;

  const std::vector<LayoutRule>& rules() const { return rules_; }
  const ProfileMachine& machine() const { return machine_; }

 private:
  std::vector<LayoutRule> rules_;
  ProfileMachine machine_;
};

}  // namespace tessera

#endif  // FORMATS_LAYOUT_LAYOUT_PROFILE_H_
