// Why the tensors of an arena that was made with --layout=auto have their
// layouts, in words.
#ifndef CONVERTER_INSPECT_LAYOUT_REASONS_H_
#define CONVERTER_INSPECT_LAYOUT_REASONS_H_

#include <string>
#include <vector>

#include "formats/arena/manifest.pb.h"

namespace tessera {

// True if a layout was chosen for at least one tensor.
bool HasLayoutReasons(const Manifest& manifest);

// "1.12x transposed (1.08 to 1.15)": so many times as fast as that; "not
// measured"; "by a rule without figures"; "nothing to choose".
std::string LayoutReasonText(const Tensor& tensor);

// "AMD EPYC, avx512vnni, 1 thread"; what is not known is left out.
std::string LayoutMachineText(const LayoutMachine& machine);

// A line for the end of a conversion: how many tensors got which layout. Empty
// if nothing was chosen.
std::string LayoutSummary(const Manifest& manifest);

// Which types could not be stored as the profile says, in sentences.
std::vector<std::string> LayoutFallbacks(const Manifest& manifest);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_LAYOUT_REASONS_H_
