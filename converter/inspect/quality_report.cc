#include "converter/inspect/quality_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/printable.h"
#include "converter/inspect/text_table.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

constexpr int kIndent = 2;
constexpr TextTable::Align kLeft = TextTable::Align::kLeft;
constexpr TextTable::Align kRight = TextTable::Align::kRight;

std::vector<std::string> Cells(const TensorQuality& row) {
  std::vector<std::string> cells = {
      row.name, row.type, row.source_type == row.type ? "" : row.source_type,
      absl::StrCat(row.weights),
      absl::StrFormat("%.3f", row.bits_per_weight())};
  if (row.error.has_value()) {
    cells.push_back(absl::StrFormat("%.4g", row.error->rmse()));
    cells.push_back(row.error->rmse() == 0
                        ? "exact"
                        : absl::StrFormat("%.2f", row.error->snr_db()));
    cells.push_back(absl::StrFormat("%.4g", row.error->max_abs()));
  }
  return cells;
}

TensorQuality TotalRow(absl::string_view name, const QualityTable& table) {
  TensorQuality row;
  row.name = std::string(name);
  row.weights = table.weights;
  row.bytes = table.bytes;
  row.error = table.error;
  return row;
}

// What the numbers are not.
std::string Remarks(const QualityTable& table) {
  std::string text;
  if (table.requantized_tensors > 0) {
    absl::StrAppend(&text, "  ", table.requantized_tensors,
                    " tensors were quantized before: their errors are against "
                    "that, not against the original weights\n");
  }
  if (table.vanished_tensors > 0) {
    absl::StrAppend(&text, "  ", table.vanished_tensors,
                    " tensors have lost all that they had, such as ",
                    Printable(table.first_vanished),
                    ": their weights are too small for their type\n");
  }
  if (table.nonfinite_weights > 0) {
    absl::StrAppend(&text, "  ", table.nonfinite_weights,
                    " weights are not finite: NaN, or infinite\n");
  }
  return text;
}

QualityReport::Error ErrorProto(const QuantizationError& error) {
  QualityReport::Error proto;
  proto.set_rmse(error.rmse());
  proto.set_snr_db(error.snr_db());
  proto.set_max_abs(error.max_abs());
  return proto;
}

}  // namespace

std::string QualityText(const QualityTable& table, bool with_tensors) {
  TextTable text;
  text.AddColumn("name", kLeft);
  text.AddColumn("type", kLeft);
  text.AddColumn("from", kLeft);
  text.AddColumn("weights", kRight);
  text.AddColumn("bits per weight", kRight);
  text.AddColumn("RMSE", kRight);
  text.AddColumn("SNR dB", kRight);
  text.AddColumn("max error", kRight);
  if (with_tensors) {
    for (const TensorQuality& row : table.tensors) text.AddRow(Cells(row));
  }
  text.AddRow(Cells(TotalRow("total", table)));
  return absl::StrCat("quality\n", text.Render(kIndent), Remarks(table));
}

QualityReport QualityProto(const QualityTable& table) {
  QualityReport report;
  for (const TensorQuality& row : table.tensors) {
    QualityReport::Tensor& tensor = *report.add_tensors();
    tensor.set_name(row.name);
    tensor.set_type(row.type);
    tensor.set_source_type(row.source_type);
    tensor.set_weights(static_cast<double>(row.weights));
    tensor.set_bytes(static_cast<double>(row.bytes));
    tensor.set_bits_per_weight(row.bits_per_weight());
    if (row.error.has_value()) *tensor.mutable_error() = ErrorProto(*row.error);
    tensor.set_nonfinite_weights(static_cast<double>(row.nonfinite_weights));
  }
  report.set_weights(static_cast<double>(table.weights));
  report.set_bytes(static_cast<double>(table.bytes));
  report.set_bits_per_weight(table.bits_per_weight());
  report.set_quantized_weights(static_cast<double>(table.quantized_weights));
  report.set_nonfinite_weights(static_cast<double>(table.nonfinite_weights));
  report.set_requantized_tensors(
      static_cast<double>(table.requantized_tensors));
  if (table.error.has_value()) {
    *report.mutable_error() = ErrorProto(*table.error);
  }
  return report;
}

absl::StatusOr<std::string> QualityJson(const QualityTable& table) {
  return MessageAsJson(QualityProto(table), /*indented=*/true);
}

}  // namespace tessera
