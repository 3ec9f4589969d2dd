// How two models differ, for people and for programs.
#ifndef CONVERTER_INSPECT_DIFF_REPORT_H_
#define CONVERTER_INSPECT_DIFF_REPORT_H_

#include <string>

#include "converter/inspect/model_diff.h"

namespace tessera {

// Ends with "equal" or "different" on a line of its own. Without tensors, those
// that differ are counted, not listed.
std::string DiffText(const ModelDiff& diff, bool with_tensors);

// What docs/inspect_json.md describes, with a line end.
std::string DiffJson(const ModelDiff& diff);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DIFF_REPORT_H_
