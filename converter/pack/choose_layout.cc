#include "converter/pack/choose_layout.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// Types that the runtime has kernels for, which all take the same tiles; a test
// compares them. TQ1_0 and TQ2_0 are left out though they have some: where so
// little is left of the weights, activations of 8 bits cost 0.0016 nats, and
// row-major matrices are multiplied in float32.
constexpr DType kTypesWithKernels[] = {
    DType::kF32,  DType::kF16,  DType::kBF16,   DType::kQ8_0,   DType::kINT8,
    DType::kQ4_0, DType::kQ4_K, DType::kQ5_K,   DType::kQ6_K,   DType::kQ4_1,
    DType::kQ5_0, DType::kQ5_1, DType::kIQ4_NL, DType::kIQ4_XS, DType::kMXFP4,
    DType::kQ2_K, DType::kQ3_K,
};

Layout::Order OrderProto(LayoutOrder order) {
  return static_cast<Layout::Order>(order);
}

LayoutReason ReasonFor(const LayoutRule* rule) {
  LayoutReason reason;
  if (rule == nullptr) {
    reason.set_source(LayoutReason::SOURCE_NO_RULE);
    reason.set_order(Layout::ORDER_INTERLEAVED);
    return reason;
  }
  reason.set_source(LayoutReason::SOURCE_RULE);
  reason.set_order(OrderProto(rule->layout));
  if (rule->evidence.has_value()) {
    reason.set_source(LayoutReason::SOURCE_MEASURED);
    reason.set_over(OrderProto(rule->evidence->over));
    reason.set_ratio(rule->evidence->ratio);
    reason.set_lower(rule->evidence->lower);
    reason.set_upper(rule->evidence->upper);
    reason.set_samples(rule->evidence->samples);
  }
  return reason;
}

}  // namespace

bool CanBeInTiles(DType type) {
  return std::find(std::begin(kTypesWithKernels), std::end(kTypesWithKernels),
                   type) != std::end(kTypesWithKernels);
}

MatrixDuty DutyOf(absl::string_view gguf_name) {
  const std::optional<TensorName> name = ParseGgufName(gguf_name);
  return name.has_value() && IsOutputMatrix(name->role) ? MatrixDuty::kGemv
                                                        : MatrixDuty::kGemm;
}

absl::StatusOr<ChosenLayout> ChooseLayout(const SourceTensor& tensor,
                                          DType type, bool cold,
                                          LayoutOrder order,
                                          const LayoutProfile* profile) {
  const uint64_t rows = tensor.rows_per_matrix();
  const bool is_matrix = tensor.shape.size() >= 2 && rows > 1;
  const bool empty = tensor.rows() == 0 || tensor.columns() == 0;
  ChosenLayout choice;
  if (!is_matrix || empty || cold) {
    order = LayoutOrder::kRowMajor;
  } else if (profile != nullptr) {
    choice.reason = ReasonFor(
        profile->Choose(type, DutyOf(tensor.name), rows, tensor.columns()));
    order = static_cast<LayoutOrder>(choice.reason->order());
  }
  if (!CanBeInTiles(type)) order = LayoutOrder::kRowMajor;
  auto layout = MakeTensorLayout(order, type, rows, tensor.columns());
  if (!layout.ok()) {
    return absl::Status(
        layout.status().code(),
        absl::StrCat(tensor.source_name, ": ", layout.status().message()));
  }
  choice.layout = *layout;
  return choice;
}

}  // namespace tessera
