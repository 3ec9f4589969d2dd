// The quality table as text and as JSON.
#ifndef CONVERTER_INSPECT_QUALITY_REPORT_H_
#define CONVERTER_INSPECT_QUALITY_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "converter/inspect/quality_report.pb.h"
#include "converter/inspect/quality_table.h"

namespace tessera {

// A row for each tensor, if `with_tensors`, one for each type and one for the
// total. Tensors that were kept have no errors. Long names lose their middle.
std::string QualityText(const QualityTable& table, bool with_tensors);

// What fits a screen of 80 columns and 24 lines: the ten tensors that lost
// most, a row for each type that lost something, and the total. Empty if
// nothing lost anything.
std::string QualitySummary(const QualityTable& table);

// What the numbers are not, for warnings: errors against blocks that had been
// quantized before, tensors that have lost everything, weights that are no
// numbers. Whole sentences.
std::vector<std::string> QualityRemarks(const QualityTable& table);

// The same as a message, for reports that have it as a part.
QualityReport QualityProto(const QualityTable& table);

// An object as quality_report.proto says, with all fields, pretty-printed.
absl::StatusOr<std::string> QualityJson(const QualityTable& table);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_QUALITY_REPORT_H_
