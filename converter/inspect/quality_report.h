// The quality table as text and as JSON.
#ifndef CONVERTER_INSPECT_QUALITY_REPORT_H_
#define CONVERTER_INSPECT_QUALITY_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/inspect/quality_report.pb.h"
#include "converter/inspect/quality_table.h"

namespace tessera {

// A row for each tensor, if `with_tensors`, and one for the total. Tensors that
// were kept have no errors.
std::string QualityText(const QualityTable& table, bool with_tensors);

// The same as a message, for reports that have it as a part.
QualityReport QualityProto(const QualityTable& table);

// An object as quality_report.proto says, with all fields, pretty-printed.
absl::StatusOr<std::string> QualityJson(const QualityTable& table);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_QUALITY_REPORT_H_
