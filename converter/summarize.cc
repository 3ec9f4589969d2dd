#include "converter/summarize.h"

#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "formats/json/message_json.h"

namespace tessera {
ConvertSummary Summarize(const std::string& input, const WeightSource& source,
                         const std::vector<ConvertReport>& reports,
                         double seconds) {
  ConvertSummary summary;
  summary.set_input(AsUtf8(input));
  double bytes = 0;
  for (const SourceTensor& tensor : source.tensors) {
    bytes += static_cast<double>(tensor.size);
  }
  summary.set_input_bytes(bytes);
  summary.set_seconds(seconds);
  if (seconds > 0) summary.set_bytes_per_second(bytes / seconds);
  for (const ConvertReport& report : reports) {
    ConvertSummary::Output& output = *summary.add_outputs();
    output.set_path(AsUtf8(report.path));
    output.set_bytes(static_cast<double>(report.file_size));
    output.set_tensors(report.manifest.tensors_size());
    output.set_resumed_streams(static_cast<double>(report.resumed_streams));
    for (const size_t index : report.zero_tensors) {
      output.add_zero_tensors(AsUtf8(source.tensors[index].source_name));
    }
    *output.mutable_quality() = QualityProto(QualityTableOf(report.manifest));
  }
  return summary;
}

}  // namespace tessera
