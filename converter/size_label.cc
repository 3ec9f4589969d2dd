#include "converter/size_label.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tessera {
namespace {

// 999999 is "1000K": the unit is chosen before rounding.
std::string Rounded(uint64_t values) {
  struct Unit {
    double scale;
    char letter;
  };
  constexpr Unit kUnits[] = {{1e-12, 'T'}, {1e-9, 'B'}, {1e-6, 'M'}};
  const auto count = static_cast<double>(values);
  Unit unit = {1e-3, 'K'};
  for (const Unit& larger : kUnits) {
    if (count * larger.scale < 1) continue;
    unit = larger;
    break;
  }
  const double scaled = count * unit.scale;
  const double whole = std::nearbyint(scaled);
  const int decimals = whole == 0 ? 2 : whole < 10 ? 1 : 0;
  return absl::StrFormat("%.*f%c", decimals, scaled, unit.letter);
}

}  // namespace

std::string SizeLabel(absl::Span<const SourceTensor> tensors) {
  uint64_t values = 0;  // with one expert of each tensor
  uint64_t experts = 0;
  uint64_t expert_tensors = 0;
  for (const SourceTensor& tensor : tensors) {
    const uint64_t size = tensor.rows() * tensor.columns();
    if (!absl::StrContains(tensor.name, "_exps.")) {
      values += size;
      continue;
    }
    const bool is_bias = absl::EndsWith(tensor.name, ".bias");
    const uint64_t of_tensor =
        std::max<uint64_t>(is_bias ? tensor.rows() : tensor.matrices(), 1);
    values += size / of_tensor;
    experts += of_tensor;
    ++expert_tensors;
  }
  if (values == 0) return "";
  if (expert_tensors == 0) return Rounded(values);
  return absl::StrCat(experts / expert_tensors, "x", Rounded(values));
}

}  // namespace tessera
