#include "bench/advise/advise_flags.h"

#include <algorithm>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bench/advise/layout_advice.h"
#include "bench/flag_values.h"

ABSL_FLAG(std::string, advise, "",
          "measure which layout is fastest for each type and size of matrix, "
          "and write that to this file, for convert --layout=auto "
          "--layout_profile; takes --shapes, --types, --tokens, --seconds and "
          "--threads");
ABSL_FLAG(std::string, advise_for, "",
          "with --advise: a model, of whatever form convert reads, whose "
          "matrices are measured instead of those of --shapes; in its types if "
          "--types is not given");
ABSL_FLAG(int32_t, advise_rounds, 20,
          "with --advise: turns that each layout gets; 8 at least");

namespace tessera {
namespace {

constexpr int kMostRounds = 10000;

absl::Status CheckShared(const KernelSuiteOptions& kernels) {
  if (kernels.isas.size() != 1) {
    return absl::InvalidArgumentError(
        "--isas: --advise is for one instruction set, since a profile is");
  }
  if (kernels.zero_share != 0) {
    return absl::InvalidArgumentError(
        "--zeros: --advise is for activations that are not zero");
  }
  if (std::find(kernels.tokens.begin(), kernels.tokens.end(), 1) ==
      kernels.tokens.end()) {
    return absl::InvalidArgumentError(
        "--tokens: --advise needs 1, which every matrix does");
  }
  return absl::OkStatus();
}

}  // namespace

bool AdviceIsAsked() { return !absl::GetFlag(FLAGS_advise).empty(); }

absl::StatusOr<AdviceRequest> AdviceFromFlags(
    const KernelSuiteOptions& kernels, const std::vector<std::string>& types) {
  TESSERA_RETURN_IF_ERROR(CheckShared(kernels));
  AdviceRequest request;
  request.path = absl::GetFlag(FLAGS_advise);
  TurnOptions& turns = request.turns;
  turns.layouts = {LayoutOrder::kInterleaved, LayoutOrder::kTransposed,
                   LayoutOrder::kSwizzled, LayoutOrder::kRowMajor};
  turns.tokens = kernels.tokens;
  turns.isa = kernels.isas.front();
  turns.rounds = absl::GetFlag(FLAGS_advise_rounds);
  TESSERA_RETURN_IF_ERROR(
      CheckFlagRange("advise_rounds", turns.rounds, kLeastRounds, kMostRounds));
  turns.sample_seconds = kernels.seconds / turns.rounds;
  const std::string model = absl::GetFlag(FLAGS_advise_for);
  if (model.empty()) {
    request.matrices = MatricesOfShapes(kernels.shapes, kernels.types);
  } else {
    TESSERA_ASSIGN_OR_RETURN(
        request.matrices,
        MatricesOfModel(model,
                        types.empty() ? std::vector<DType>() : kernels.types));
  }
  if (request.matrices.empty()) {
    return absl::InvalidArgumentError(
        "--advise: there is no matrix that could have several layouts");
  }
  return request;
}

}  // namespace tessera
