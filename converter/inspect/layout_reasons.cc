#include "converter/inspect/layout_reasons.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/counted.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {
namespace {

absl::string_view NameOf(Layout::Order order) {
  return LayoutOrderName(static_cast<LayoutOrder>(order));
}

// True if the type of the tensor does not have the layout that was chosen.
bool FellBack(const Tensor& tensor) {
  return tensor.has_layout_reason() &&
         tensor.layout_reason().order() != tensor.layout().order();
}

absl::string_view ShortReason(const Tensor& tensor) {
  if (!tensor.has_layout_reason()) return "nothing to choose";
  if (FellBack(tensor)) return "the only one for the type";
  switch (tensor.layout_reason().source()) {
    case LayoutReason::SOURCE_MEASURED:
      return "measured";
    case LayoutReason::SOURCE_RULE:
      return "by a rule without figures";
    default:
      return "not measured";
  }
}

std::string FallbackText(const Tensor& tensor) {
  return absl::StrCat(tensor.type_name(), " has no kernel for ",
                      NameOf(tensor.layout_reason().order()));
}

}  // namespace

bool HasLayoutReasons(const Manifest& manifest) {
  return std::any_of(
      manifest.tensors().begin(), manifest.tensors().end(),
      [](const Tensor& tensor) { return tensor.has_layout_reason(); });
}

std::string LayoutReasonText(const Tensor& tensor) {
  if (FellBack(tensor)) return FallbackText(tensor);
  const LayoutReason& reason = tensor.layout_reason();
  if (reason.source() != LayoutReason::SOURCE_MEASURED) {
    return std::string(ShortReason(tensor));
  }
  return absl::StrFormat("%.2fx %s (%.2f to %.2f)", reason.ratio(),
                         NameOf(reason.over()), reason.lower(), reason.upper());
}

std::string LayoutMachineText(const LayoutMachine& machine) {
  std::vector<std::string> parts;
  if (!machine.cpu().empty()) parts.push_back(machine.cpu());
  if (!machine.isa().empty()) parts.push_back(machine.isa());
  if (machine.threads() != 0) {
    parts.push_back(absl::StrCat(
        machine.threads(), machine.threads() == 1 ? " thread" : " threads"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string LayoutSummary(const Manifest& manifest) {
  if (!HasLayoutReasons(manifest)) return "";
  std::map<std::pair<absl::string_view, absl::string_view>, int> counts;
  for (const Tensor& tensor : manifest.tensors()) {
    ++counts[{NameOf(tensor.layout().order()), ShortReason(tensor)}];
  }
  std::vector<std::string> parts;
  for (const auto& [key, count] : counts) {
    parts.push_back(absl::StrCat(count, " ", key.first, " (", key.second, ")"));
  }
  return absl::StrCat("layouts: ", absl::StrJoin(parts, ", "), "\n");
}

std::vector<std::string> LayoutFallbacks(const Manifest& manifest) {
  std::map<std::string, uint64_t> counts;
  for (const Tensor& tensor : manifest.tensors()) {
    if (FellBack(tensor)) ++counts[FallbackText(tensor)];
  }
  std::vector<std::string> fallbacks;
  for (const auto& [fallback, count] : counts) {
    fallbacks.push_back(absl::StrCat(fallback, ": ", Counted(count, "tensor"),
                                     count == 1 ? " is" : " are",
                                     " row-major"));
  }
  return fallbacks;
}

}  // namespace tessera
