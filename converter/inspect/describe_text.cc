#include "converter/inspect/describe_text.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/counted.h"
#include "base/printable.h"
#include "base/progress.h"
#include "converter/inspect/model_facts.h"
#include "converter/inspect/one_line.h"
#include "converter/inspect/text_table.h"

namespace tessera {
namespace {

constexpr int kIndent = 2;
constexpr size_t kColumns = 80;
constexpr size_t kMaxPathBytes = 4096;
constexpr size_t kNameColumns = 48;
constexpr TextTable::Align kLeft = TextTable::Align::kLeft;
constexpr TextTable::Align kRight = TextTable::Align::kRight;

std::string Percent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "";
  return absl::StrFormat("%.1f %%", 100.0 * static_cast<double>(part) /
                                        static_cast<double>(whole));
}

// Metadata are as the file has them: what stands there as a backslash and an n
// is no line end.
std::string ValueText(const FactGroup::Fact& fact) {
  return fact.typed.has_value() ? OneLineAsInC(fact.value)
                                : OneLine(fact.value);
}

// Values in lines of 80 columns, if `wrapped`.
std::string RenderFacts(const FactGroup& group, bool wrapped) {
  size_t width = 0;
  for (const auto& fact : group.facts) {
    width = std::max(width, OneLine(fact.name).size());
  }
  std::string text = absl::StrCat("\n", group.title, "\n");
  for (const auto& fact : group.facts) {
    const std::string name = OneLine(fact.name);
    const size_t indent = kIndent + width + 2;
    absl::StrAppend(
        &text, std::string(kIndent, ' '), name,
        std::string(width - name.size() + 2, ' '),
        wrapped ? Wrapped(fact.value, indent, kColumns) : ValueText(fact),
        "\n");
  }
  return text;
}

std::string RenderFiles(const FileDescription& file) {
  TextTable table;
  table.AddColumn("name", kLeft);
  table.AddColumn("bytes", kRight);
  table.AddColumn("tensors", kRight);
  table.AddColumn("weights", kRight);
  table.AddColumn("tensor bytes", kRight);
  for (const FileTotal& total : file.files) {
    table.AddRow({ShortPrintable(total.name, kNameColumns),
                  WithCommas(total.bytes), WithCommas(total.tensors),
                  WithCommas(total.weights), WithCommas(total.tensor_bytes)});
  }
  return absl::StrCat("\nfiles\n", table.Render(kIndent));
}

std::string RenderSections(const FileDescription& file) {
  TextTable table;
  table.AddColumn("name", kLeft);
  table.AddColumn("offset", kRight);
  table.AddColumn("bytes", kRight);
  table.AddColumn("used", kRight);
  table.AddColumn("padding", kRight);
  table.AddColumn("", kRight);
  for (const ReservedRange& range : file.reserved) {
    table.AddRow(
        {range.name, WithCommas(range.offset), WithCommas(range.size)});
  }
  for (const SectionDescription& section : file.sections) {
    const uint64_t padding = section.size - section.used;
    table.AddRow({ShortPrintable(section.name, kNameColumns),
                  WithCommas(section.offset), WithCommas(section.size),
                  WithCommas(section.used), WithCommas(padding),
                  Percent(padding, section.size)});
  }
  return absl::StrCat("\nsections\n", table.Render(kIndent));
}

std::string RenderTypes(const FileDescription& file) {
  uint64_t all = 0;
  const std::vector<TypeTotal> totals = TotalsByType(file);
  for (const TypeTotal& total : totals) all += total.bytes;
  TextTable table;
  table.AddColumn("type", kLeft);
  table.AddColumn("tensors", kRight);
  table.AddColumn("weights", kRight);
  table.AddColumn("bytes", kRight);
  table.AddColumn("share", kRight);
  table.AddColumn("bits per weight", kRight);
  for (const TypeTotal& total : totals) {
    const double bits =
        8.0 * static_cast<double>(total.bytes) /
        static_cast<double>(std::max<uint64_t>(total.weights, 1));
    table.AddRow({total.type, WithCommas(total.tensors),
                  WithCommas(total.weights), WithCommas(total.bytes),
                  Percent(total.bytes, all), absl::StrFormat("%.3f", bits)});
  }
  return absl::StrCat("\ntypes\n", table.Render(kIndent));
}

std::string ErrorText(const TensorDescription& tensor) {
  if (!tensor.error.has_value()) return "";
  return tensor.error->rmse == 0
             ? "exact"
             : absl::StrFormat("%.1f", tensor.error->snr_db);
}

std::string RenderTensors(const FileDescription& file) {
  TextTable table;
  table.AddColumn("name", kLeft);
  table.AddColumn("type", kLeft);
  table.AddColumn("from", kLeft);
  table.AddColumn("shape", kLeft);
  table.AddColumn("layout", kLeft);
  table.AddColumn("section", kLeft);
  table.AddColumn("offset", kRight);
  table.AddColumn("bytes", kRight);
  table.AddColumn("SNR dB", kRight);
  table.AddColumn("fused in", kLeft);
  table.AddColumn("why this layout", kLeft);
  for (const TensorDescription& tensor : file.tensors) {
    const bool converted = tensor.source_type != tensor.type;
    table.AddRow(
        {OneLine(tensor.name), tensor.type, converted ? tensor.source_type : "",
         ShapeText(tensor.shape), tensor.layout,
         ShortPrintable(file.sections[tensor.section].name, kNameColumns),
         WithCommas(tensor.offset), WithCommas(tensor.bytes), ErrorText(tensor),
         OneLine(tensor.group),
         tensor.layout_reason.has_value() ? OneLine(tensor.layout_reason->text)
                                          : ""});
  }
  return absl::StrCat("\ntensors\n", table.Render(kIndent));
}

std::string RenderAttachments(const FileDescription& file) {
  TextTable table;
  table.AddColumn("name", kLeft);
  table.AddColumn("offset", kRight);
  table.AddColumn("stored", kRight);
  table.AddColumn("bytes", kRight);
  for (const AttachmentDescription& attachment : file.attachments) {
    table.AddRow({OneLine(attachment.name), WithCommas(attachment.offset),
                  WithCommas(attachment.stored_bytes),
                  WithCommas(attachment.bytes)});
  }
  return absl::StrCat("\nattachments\n", table.Render(kIndent));
}

}  // namespace

std::string ShapeText(const std::vector<uint64_t>& shape) {
  return shape.empty() ? "scalar" : absl::StrJoin(shape, " x ");
}

std::string RenderText(const FileDescription& file, bool with_tensors) {
  uint64_t weights = 0;
  for (const TensorDescription& tensor : file.tensors) {
    weights += tensor.weights;
  }
  std::string text = absl::StrFormat(
      "%s: %s, %s (%s), %s, %s\n", OneLine(file.path, kMaxPathBytes),
      file.format, HumanBytes(file.file_size), Counted(file.file_size, "byte"),
      Counted(file.tensors.size(), "tensor"), Counted(weights, "weight"));
  if (!file.verified.empty()) {
    absl::StrAppend(&text, "verified: ", file.verified, "\n");
  }
  if (file.model.has_value()) {
    const bool is_arena = absl::StartsWith(file.format, "arena");
    absl::StrAppend(&text, RenderFacts(ModelFacts(*file.model, is_arena),
                                       /*wrapped=*/true));
  }
  for (const FactGroup& group : file.groups) {
    if (!group.in_text) continue;
    absl::StrAppend(&text, RenderFacts(group, /*wrapped=*/false));
  }
  // Files of a set are its sections.
  absl::StrAppend(
      &text, file.files.size() > 1 ? RenderFiles(file) : RenderSections(file));
  if (!file.attachments.empty()) {
    absl::StrAppend(&text, RenderAttachments(file));
  }
  if (file.tensors.empty()) return text;
  absl::StrAppend(&text, RenderTypes(file));
  if (with_tensors) absl::StrAppend(&text, RenderTensors(file));
  return text;
}

}  // namespace tessera
