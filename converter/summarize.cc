#include "converter/summarize.h"

#include "absl/strings/escaping.h"
#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

// Of the input.
ConvertSummary SummarizeInput(const std::string& input,
                              const WeightSource& source, double seconds) {
  ConvertSummary summary;
  summary.set_input(AsUtf8(input));
  double bytes = 0;
  for (const SourceTensor& tensor : source.tensors) {
    bytes += static_cast<double>(tensor.size);
  }
  summary.set_input_bytes(bytes);
  summary.set_seconds(seconds);
  if (seconds > 0) summary.set_bytes_per_second(bytes / seconds);
  for (const std::string& note : source.notes) {
    summary.add_warnings(AsUtf8(note));
  }
  return summary;
}

}  // namespace

ConvertSummary Summarize(const std::string& input, const WeightSource& source,
                         const std::vector<ConvertReport>& reports,
                         double seconds) {
  ConvertSummary summary = SummarizeInput(input, source, seconds);
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

ConvertSummary SummarizeExport(const std::string& input,
                               const WeightSource& source,
                               const std::vector<ExportedFile>& files,
                               double seconds) {
  ConvertSummary summary = SummarizeInput(input, source, seconds);
  for (const ExportedFile& file : files) {
    ConvertSummary::Output& output = *summary.add_outputs();
    output.set_path(AsUtf8(file.path));
    output.set_bytes(static_cast<double>(file.bytes));
    output.set_tensors(static_cast<double>(file.tensors));
    output.set_sha256(absl::BytesToHexString(file.sha256));
    output.set_identical_to(AsUtf8(file.identical_to));
    for (const std::string& warning : file.warnings) {
      output.add_warnings(AsUtf8(warning));
    }
  }
  return summary;
}

}  // namespace tessera
