#include "converter/inspect/diff_report.h"

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/counted.h"
#include "base/progress.h"
#include "converter/inspect/describe_json.h"
#include "converter/inspect/describe_text.h"
#include "converter/inspect/error_json.h"
#include "converter/inspect/one_line.h"
#include "converter/inspect/text_table.h"
#include "formats/json/json_writer.h"

namespace tessera {
namespace {

constexpr int kIndent = 2;
constexpr size_t kMaxPathBytes = 4096;
constexpr size_t kMaxValueBytes = 60;
constexpr TextTable::Align kLeft = TextTable::Align::kLeft;
constexpr TextTable::Align kRight = TextTable::Align::kRight;
constexpr const char* kLetters[] = {"A", "B"};

std::string SideText(const char* letter, const DiffSide& side) {
  return absl::StrCat(letter, "  ", OneLine(side.path, kMaxPathBytes), ": ",
                      side.format, ", ",
                      side.files == 1 ? "" : Counted(side.files, "file") + ", ",
                      Counted(side.tensors, "tensor"), ", ",
                      HumanBytes(side.tensor_bytes), "\n");
}

// Once, if both are the same.
std::string Both(const std::string& a, const std::string& b) {
  return a == b ? a : absl::StrCat(a, " | ", b);
}

// A NaN or an infinity on either side leaves no error to measure.
std::vector<std::string> ErrorCells(const ErrorDescription& error) {
  if (!std::isfinite(error.rmse) || !std::isfinite(error.max_abs)) {
    return {"not finite", "", ""};
  }
  return {
      error.rmse == 0 ? "exact" : absl::StrFormat("%.2f", error.snr_db),
      absl::StrFormat("%.4g", error.rmse),
      absl::StrFormat("%.4g", error.max_abs),
  };
}

std::string TensorTable(const ModelDiff& diff) {
  TextTable table;
  table.AddColumn("name", kLeft);
  table.AddColumn("type", kLeft);
  table.AddColumn("shape", kLeft);
  table.AddColumn("layout", kLeft);
  table.AddColumn("SNR dB", kRight);
  table.AddColumn("RMSE", kRight);
  table.AddColumn("max error", kRight);
  for (const TensorDifference& tensor : diff.tensors) {
    std::vector<std::string> row = {
        OneLine(tensor.name), Both(tensor.types[0], tensor.types[1]),
        Both(ShapeText(tensor.shapes[0]), ShapeText(tensor.shapes[1])),
        Both(tensor.layouts[0], tensor.layouts[1])};
    if (tensor.error.has_value()) {
      for (std::string& cell : ErrorCells(*tensor.error)) {
        row.push_back(std::move(cell));
      }
    }
    table.AddRow(std::move(row));
  }
  return table.Render(kIndent);
}

std::string TensorsText(const ModelDiff& diff, bool with_tensors) {
  std::string text =
      absl::StrCat("\ntensors: ", WithCommas(diff.equal_tensors), " equal, ",
                   WithCommas(diff.tensors.size()), " different, ",
                   WithCommas(diff.only_in[0].size()), " only in A, ",
                   WithCommas(diff.only_in[1].size()), " only in B\n");
  for (const auto& [types, count] : diff.other_types) {
    absl::StrAppend(&text, "  ", WithCommas(count),
                    " of the equal ones have the same values in another type: ",
                    types.first, " | ", types.second, "\n");
  }
  for (const auto& [layouts, count] : diff.other_layouts) {
    absl::StrAppend(&text, "  ", WithCommas(count),
                    " of the equal ones lie in other layouts: ", layouts.first,
                    " | ", layouts.second, "\n");
  }
  if (!with_tensors) return text;
  for (int side = 0; side < 2; ++side) {
    for (const std::string& name : diff.only_in[side]) {
      absl::StrAppend(&text, "  only in ", kLetters[side], ": ", OneLine(name),
                      "\n");
    }
  }
  if (!diff.tensors.empty()) absl::StrAppend(&text, TensorTable(diff));
  return text;
}

using ShowText = std::string (*)(absl::string_view text, size_t most);

// `show` says whether values may have backslashes of their own (one_line.h).
std::string PartText(absl::string_view title, const PartDiff& part,
                     ShowText show) {
  if (!part.not_compared.empty()) {
    return absl::StrCat(title, ": not compared: ", part.not_compared, "\n");
  }
  const std::string left_out =
      part.left_out.empty()
          ? ""
          : absl::StrCat("  not compared, since a GGUF does not hold it: ",
                         absl::StrJoin(part.left_out, ", "), "\n");
  if (part.differences.empty()) {
    return absl::StrCat(title, ": equal\n", left_out);
  }
  TextTable table;
  table.AddColumn("name", kLeft);
  table.AddColumn("A", kLeft);
  table.AddColumn("B", kLeft);
  for (const FactDifference& difference : part.differences) {
    std::vector<std::string> row = {OneLine(difference.name)};
    for (const std::optional<std::string>& value : difference.values) {
      row.push_back(value.has_value() ? show(*value, kMaxValueBytes)
                                      : "(none)");
    }
    table.AddRow(std::move(row));
  }
  return absl::StrCat(title, ": ",
                      Counted(part.differences.size(), "difference"), "\n",
                      table.Render(kIndent), left_out);
}

class Writer {
 public:
  explicit Writer(const ModelDiff& diff) : diff_(diff) {}

  std::string Write();

 private:
  void WriteSide(absl::string_view key, const DiffSide& side);
  void WriteOthers(
      absl::string_view key,
      const std::map<std::pair<std::string, std::string>, uint64_t>& counts);
  void WriteTensors();
  void WriteTensor(const TensorDifference& tensor);
  void WritePart(absl::string_view key, const PartDiff& part);

  const ModelDiff& diff_;
  JsonWriter json_{/*indented=*/true};
};

void Writer::WriteSide(absl::string_view key, const DiffSide& side) {
  json_.Key(key);
  json_.BeginObject();
  json_.StringField("path", side.path);
  json_.StringField("format", side.format);
  json_.NumberField("files", side.files);
  json_.NumberField("tensors", side.tensors);
  json_.NumberField("tensor_bytes", side.tensor_bytes);
  json_.EndObject();
}

void Writer::WriteTensor(const TensorDifference& tensor) {
  json_.BeginObject();
  json_.StringField("name", tensor.name);
  for (int side = 0; side < 2; ++side) {
    json_.Key(side == 0 ? "a" : "b");
    json_.BeginObject();
    json_.StringField("type", tensor.types[side]);
    json_.Key("shape");
    json_.BeginLine();
    for (const uint64_t size : tensor.shapes[side]) json_.Number(size);
    json_.EndArray();
    json_.StringField("layout", tensor.layouts[side]);
    json_.EndObject();
  }
  if (tensor.error.has_value()) WriteErrorField(*tensor.error, &json_);
  json_.EndObject();
}

// How many equal tensors are another thing in A than in B.
void Writer::WriteOthers(
    absl::string_view key,
    const std::map<std::pair<std::string, std::string>, uint64_t>& counts) {
  json_.Key(key);
  json_.BeginArray();
  for (const auto& [names, count] : counts) {
    json_.BeginObject();
    json_.StringField("a", names.first);
    json_.StringField("b", names.second);
    json_.NumberField("tensors", count);
    json_.EndObject();
  }
  json_.EndArray();
}

void Writer::WriteTensors() {
  json_.Key("tensors");
  json_.BeginObject();
  json_.NumberField("equal", diff_.equal_tensors);
  WriteOthers("other_types", diff_.other_types);
  WriteOthers("other_layouts", diff_.other_layouts);
  for (int side = 0; side < 2; ++side) {
    json_.Key(side == 0 ? "only_in_a" : "only_in_b");
    json_.BeginArray();
    for (const std::string& name : diff_.only_in[side]) json_.String(name);
    json_.EndArray();
  }
  json_.Key("different");
  json_.BeginArray();
  for (const TensorDifference& tensor : diff_.tensors) WriteTensor(tensor);
  json_.EndArray();
  json_.EndObject();
}

void Writer::WritePart(absl::string_view key, const PartDiff& part) {
  json_.Key(key);
  json_.BeginObject();
  json_.Key("not_compared");
  part.not_compared.empty() ? json_.Null() : json_.String(part.not_compared);
  json_.Key("differences");
  json_.BeginArray();
  for (const FactDifference& difference : part.differences) {
    json_.BeginObject();
    json_.StringField("name", difference.name);
    for (int side = 0; side < 2; ++side) {
      const std::optional<std::string>& value = difference.values[side];
      json_.Key(side == 0 ? "a" : "b");
      value.has_value() ? json_.String(*value) : json_.Null();
    }
    json_.EndObject();
  }
  json_.EndArray();
  json_.Key("left_out");
  json_.BeginArray();
  for (const std::string& name : part.left_out) json_.String(name);
  json_.EndArray();
  json_.EndObject();
}

std::string Writer::Write() {
  json_.BeginObject();
  json_.NumberField("schema", kInspectSchema);
  json_.BoolField("equal", diff_.equal());
  WriteSide("a", diff_.sides[0]);
  WriteSide("b", diff_.sides[1]);
  WriteTensors();
  WritePart("metadata", diff_.metadata);
  WritePart("configuration", diff_.configuration);
  WritePart("tokenizer", diff_.tokenizer);
  WritePart("chat_templates", diff_.chat_templates);
  WritePart("attachments", diff_.attachments);
  json_.EndObject();
  return json_.Finish();
}

}  // namespace

std::string DiffText(const ModelDiff& diff, bool with_tensors) {
  return absl::StrCat(
      SideText("A", diff.sides[0]), SideText("B", diff.sides[1]),
      TensorsText(diff, with_tensors),
      PartText("metadata", diff.metadata, OneLineAsInC),
      PartText("configuration", diff.configuration, OneLine),
      PartText("tokenizer", diff.tokenizer, OneLine),
      PartText("chat templates", diff.chat_templates, OneLineAsInC),
      PartText("attachments", diff.attachments, OneLine), "\n",
      diff.equal() ? "equal" : "different", "\n");
}

std::string DiffJson(const ModelDiff& diff) { return Writer(diff).Write(); }

}  // namespace tessera
