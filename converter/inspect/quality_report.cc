#include "converter/inspect/quality_report.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/counted.h"
#include "base/printable.h"
#include "converter/inspect/text_table.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

constexpr int kIndent = 2;
constexpr TextTable::Align kLeft = TextTable::Align::kLeft;
constexpr TextTable::Align kRight = TextTable::Align::kRight;

// Of names in tables: of all tensors, and of the worst, which have less room.
constexpr size_t kNameColumns = 48;
constexpr size_t kShortNameColumns = 30;
constexpr size_t kWorst = 10;
constexpr size_t kTypes = 6;

void AddError(const std::optional<QuantizationError>& error,
              std::vector<std::string>* cells) {
  if (!error.has_value()) return;
  cells->push_back(absl::StrFormat("%.4g", error->rmse()));
  cells->push_back(
      error->rmse() == 0 ? "exact" : absl::StrFormat("%.2f", error->snr_db()));
  cells->push_back(absl::StrFormat("%.4g", error->max_abs()));
}

void AddErrorColumns(TextTable* text) {
  text->AddColumn("RMSE", kRight);
  text->AddColumn("SNR dB", kRight);
  text->AddColumn("max error", kRight);
}

// `Quality` is of a tensor, a type or all.
template <typename Quality>
std::vector<std::string> Cells(std::string name, std::string type,
                               std::string from, const Quality& quality) {
  std::vector<std::string> cells = {
      std::move(name), std::move(type), std::move(from),
      WithCommas(quality.weights),
      absl::StrFormat("%.3f", quality.bits_per_weight())};
  AddError(quality.error, &cells);
  return cells;
}

template <typename Quality>
std::vector<std::string> ShortCells(std::string name, std::string type,
                                    const Quality& quality) {
  std::vector<std::string> cells = {
      std::move(name), std::move(type),
      absl::StrFormat("%.3f", quality.bits_per_weight())};
  AddError(quality.error, &cells);
  return cells;
}

// What tells a tensor from others: "...layers.12.linear_attn.in_proj_a".
std::string EndOf(const std::string& name) {
  const std::string text = Printable(name);
  if (text.size() <= kShortNameColumns) return text;
  absl::string_view end = text;
  absl::ConsumeSuffix(&end, ".weight");
  if (end.size() <= kShortNameColumns) return std::string(end);
  end.remove_prefix(end.size() - (kShortNameColumns - 3));
  // Not in the middle of a UTF-8 sequence.
  while (!end.empty() && (end[0] & 0xc0) == 0x80) end.remove_prefix(1);
  return absl::StrCat("...", end);
}

std::string TypeName(const TypeQuality& type) {
  return absl::StrCat(Counted(type.tensors, "tensor"), " of ", type.type);
}

QualityReport::Error ErrorProto(const QuantizationError& error) {
  QualityReport::Error proto;
  proto.set_rmse(error.rmse());
  proto.set_snr_db(error.snr_db());
  proto.set_max_abs(error.max_abs());
  return proto;
}

}  // namespace

std::vector<std::string> QualityRemarks(const QualityTable& table) {
  std::vector<std::string> remarks;
  if (table.requantized_tensors > 0) {
    const bool one = table.requantized_tensors == 1;
    remarks.push_back(absl::StrCat(
        Counted(table.requantized_tensors, "tensor"), one ? " was" : " were",
        " quantized before: ", one ? "its errors are" : "their errors are",
        " against that, not against the original weights"));
  }
  if (table.vanished_tensors > 0) {
    const bool one = table.vanished_tensors == 1;
    remarks.push_back(absl::StrCat(
        Counted(table.vanished_tensors, "tensor"),
        one ? " has lost all that it had: "
            : " have lost all that they had, such as ",
        ShortPrintable(table.first_vanished, kNameColumns),
        one ? ", whose" : ":", one ? "" : " their",
        " weights are too small for ", one ? "its" : "their", " type"));
  }
  if (table.nonfinite_weights > 0) {
    remarks.push_back(
        absl::StrCat(Counted(table.nonfinite_weights, "weight"),
                     table.nonfinite_weights == 1 ? " is" : " are",
                     " not finite: NaN, or infinite"));
  }
  return remarks;
}

std::string QualityText(const QualityTable& table, bool with_tensors) {
  TextTable text;
  text.AddColumn("name", kLeft);
  text.AddColumn("type", kLeft);
  text.AddColumn("from", kLeft);
  text.AddColumn("weights", kRight);
  text.AddColumn("bits per weight", kRight);
  AddErrorColumns(&text);
  for (const TensorQuality& row : table.tensors) {
    if (!with_tensors) break;
    text.AddRow(Cells(Printable(row.name), row.type,
                      row.source_type == row.type ? "" : row.source_type, row));
  }
  for (const TypeQuality& type : table.types) {
    text.AddRow(Cells(TypeName(type), "", "", type));
  }
  text.AddRow(Cells("total", "", "", table));
  return absl::StrCat("quality\n", text.Render(kIndent));
}

std::string QualitySummary(const QualityTable& table) {
  const std::vector<size_t> worst = WorstTensors(table, kWorst);
  if (worst.empty()) return "";
  TextTable text;
  text.AddColumn("worst tensors", kLeft);
  text.AddColumn("type", kLeft);
  text.AddColumn("bits", kRight);
  AddErrorColumns(&text);
  for (const size_t index : worst) {
    const TensorQuality& row = table.tensors[index];
    text.AddRow(ShortCells(EndOf(row.name), row.type, row));
  }
  size_t types = 0;
  for (const TypeQuality& type : table.types) {
    if (!type.error.has_value() || ++types > kTypes) continue;
    text.AddRow(ShortCells(TypeName(type), "", type));
  }
  if (types > kTypes) {
    text.AddRow({Counted(types - kTypes, "more type")});
  }
  text.AddRow(ShortCells(
      absl::StrCat("total, ", Counted(table.tensors.size(), "tensor")), "",
      table));
  const size_t lost = WorstTensors(table, table.tensors.size()).size();
  const std::string title =
      lost > worst.size()
          ? absl::StrCat("quality of the ", worst.size(), " worst of ",
                         WithCommas(lost),
                         " tensors; inspect --quality prints all")
          : "quality";
  return absl::StrCat(title, "\n", text.Render(kIndent));
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
  for (const TypeQuality& row : table.types) {
    QualityReport::Type& type = *report.add_types();
    type.set_type(row.type);
    type.set_tensors(static_cast<double>(row.tensors));
    type.set_weights(static_cast<double>(row.weights));
    type.set_bytes(static_cast<double>(row.bytes));
    type.set_bits_per_weight(row.bits_per_weight());
    if (row.error.has_value()) *type.mutable_error() = ErrorProto(*row.error);
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
