#include "bench/gate/gate_result.h"

namespace tessera {

absl::string_view GateResultKindName(GateResult::Kind kind) {
  switch (kind) {
    case GateResult::Kind::kKernel:
      return "kernel";
    case GateResult::Kind::kModel:
      return "model";
    case GateResult::Kind::kLayout:
      return "layout";
    case GateResult::Kind::kAuto:
      return "auto";
    case GateResult::Kind::kFigure:
      return "figure";
    case GateResult::Kind::kFloor:
      return "floor";
    case GateResult::Kind::kStored:
      return "stored";
    case GateResult::Kind::kCount:
      return "count";
  }
  return "";
}

Verdict VerdictOf(const std::vector<GateResult>& results) {
  Verdict verdict = Verdict::kPass;
  for (const GateResult& result : results) {
    switch (result.verdict) {
      case Verdict::kRegression:
      case Verdict::kChanged:
      case Verdict::kMissing:
        return Verdict::kRegression;
      case Verdict::kNoisy:
        verdict = Verdict::kNoisy;
        break;
      case Verdict::kPass:
      case Verdict::kNew:
      case Verdict::kKnown:
        break;
    }
  }
  return verdict;
}

}  // namespace tessera
