#include "converter/summarize.h"

#include "absl/strings/escaping.h"
#include "converter/inspect/layout_reasons.h"
#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "formats/dtype/dtype.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

// Of the input.
ConvertSummary SummarizeInput(const ConvertCommand& command,
                              const WeightSource& source, double seconds) {
  ConvertSummary summary;
  summary.set_input(AsUtf8(command.input));
  summary.set_dry_run(command.dry_run);
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

void AddWarnings(const std::vector<std::string>& warnings,
                 ConvertSummary::Output* output) {
  for (const std::string& warning : warnings) {
    output->add_warnings(AsUtf8(warning));
  }
}

void FillPlan(const WeightSource& source, const ArenaPlan& plan,
              ConvertSummary::Output* output) {
  double bytes = 0;
  for (size_t i = 0; i < plan.tensors.size(); ++i) {
    const SourceTensor& from = source.tensors[i];
    const PlannedTensor& to = plan.tensors[i];
    ConvertSummary::PlannedTensor& tensor = *output->add_plan();
    tensor.set_name(AsUtf8(from.name));
    tensor.set_type(DTypeName(to.type));
    tensor.set_source_type(DTypeName(from.type));
    for (const uint64_t dimension : from.shape) {
      tensor.add_shape(static_cast<double>(dimension));
    }
    tensor.set_layout(std::string(LayoutOrderName(to.layout.order)));
    const PlannedSection& section = plan.sections[to.section];
    tensor.set_section(section.kind == Section::KIND_HOT ? "hot" : "cold");
    const auto stored =
        static_cast<double>(TensorBytes(to.type, from.shape).value_or(0));
    tensor.set_bytes(stored);
    bytes += stored;
  }
  output->set_bytes(bytes);
  output->set_tensors(static_cast<double>(plan.tensors.size()));
}

// Of a plan whose tensors have no place in an arena.
void FillTensors(const WeightSource& source, const Manifest& tensors,
                 ConvertSummary::Output* output) {
  for (int i = 0; i < tensors.tensors_size(); ++i) {
    const Tensor& to = tensors.tensors(i);
    const SourceTensor& from = source.tensors[static_cast<size_t>(i)];
    ConvertSummary::PlannedTensor& tensor = *output->add_plan();
    tensor.set_name(AsUtf8(from.name));
    tensor.set_type(to.type_name());
    tensor.set_source_type(DTypeName(from.type));
    for (const uint64_t dimension : from.shape) {
      tensor.add_shape(static_cast<double>(dimension));
    }
    tensor.set_bytes(static_cast<double>(to.extent().size()));
  }
}

}  // namespace

ConvertSummary SummarizePlans(const ConvertCommand& command,
                              const WeightSource& source,
                              const std::vector<ArenaPlan>& plans) {
  ConvertSummary summary = SummarizeInput(command, source, /*seconds=*/0);
  for (size_t i = 0; i < plans.size(); ++i) {
    ConvertSummary::Output& output = *summary.add_outputs();
    output.set_path(AsUtf8(command.outputs[i].path));
    AddWarnings(command.warnings[i], &output);
    FillPlan(source, plans[i], &output);
  }
  return summary;
}

ConvertSummary Summarize(const ConvertCommand& command,
                         const WeightSource& source,
                         const std::vector<ConvertReport>& reports,
                         double seconds) {
  ConvertSummary summary = SummarizeInput(command, source, seconds);
  for (size_t i = 0; i < reports.size(); ++i) {
    const ConvertReport& report = reports[i];
    ConvertSummary::Output& output = *summary.add_outputs();
    output.set_path(AsUtf8(report.path));
    output.set_bytes(static_cast<double>(report.file_size));
    output.set_tensors(report.manifest.tensors_size());
    output.set_resumed_streams(static_cast<double>(report.resumed_streams));
    for (const size_t index : report.zero_tensors) {
      output.add_zero_tensors(AsUtf8(source.tensors[index].source_name));
    }
    const QualityTable quality = QualityTableOf(report.manifest);
    *output.mutable_quality() = QualityProto(quality);
    AddWarnings(command.warnings[i], &output);
    AddWarnings(QualityRemarks(quality), &output);
    AddWarnings(LayoutFallbacks(report.manifest), &output);
  }
  return summary;
}

ConvertSummary SummarizeGguf(const ConvertCommand& command,
                             const WeightSource& source,
                             const GgufReport& report, double seconds) {
  ConvertSummary summary = SummarizeInput(command, source, seconds);
  for (const GgufFileReport& file : report.files) {
    ConvertSummary::Output& output = *summary.add_outputs();
    output.set_path(AsUtf8(file.path));
    output.set_bytes(static_cast<double>(file.bytes));
    output.set_tensors(static_cast<double>(file.tensors));
    output.set_sha256(absl::BytesToHexString(file.sha256));
    output.set_identical_to(AsUtf8(file.identical_to));
    AddWarnings(file.warnings, &output);
  }
  ConvertSummary::Output& first = *summary.mutable_outputs(0);
  for (const auto& of_output : command.warnings) AddWarnings(of_output, &first);
  AddWarnings(report.warnings, &first);
  if (command.dry_run) {
    FillTensors(source, report.tensors, &first);
    return summary;
  }
  for (const size_t index : report.zero_tensors) {
    first.add_zero_tensors(AsUtf8(source.tensors[index].source_name));
  }
  const QualityTable quality = QualityTableOf(report.tensors);
  if (quality.error.has_value())
    *first.mutable_quality() = QualityProto(quality);
  AddWarnings(QualityRemarks(quality), &first);
  return summary;
}

}  // namespace tessera
