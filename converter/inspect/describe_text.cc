#include "converter/inspect/describe_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/printable.h"
#include "base/progress.h"
#include "converter/inspect/text_table.h"

namespace tessera {
namespace {

constexpr int kIndent = 2;
constexpr size_t kMaxTextBytes = 120;
constexpr TextTable::Align kLeft = TextTable::Align::kLeft;
constexpr TextTable::Align kRight = TextTable::Align::kRight;

std::string Percent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "";
  return absl::StrFormat("%.1f %%", 100.0 * static_cast<double>(part) /
                                        static_cast<double>(whole));
}

// Text from the file, on one line and not too long a one.
std::string OneLine(const std::string& text) {
  size_t size = std::min(text.size(), kMaxTextBytes);
  // Not in the middle of a UTF-8 sequence.
  while (size < text.size() && size > 0 && (text[size] & 0xc0) == 0x80) --size;
  std::string line = Printable(text.substr(0, size));
  if (size < text.size()) {
    absl::StrAppend(&line, "... (", WithCommas(text.size()), " bytes)");
  }
  return line;
}

std::string RenderFacts(const FactGroup& group) {
  size_t width = 0;
  for (const auto& fact : group.facts) {
    width = std::max(width, fact.name.size());
  }
  std::string text = absl::StrCat("\n", group.title, "\n");
  for (const auto& fact : group.facts) {
    absl::StrAppend(&text, std::string(kIndent, ' '), OneLine(fact.name),
                    std::string(width - fact.name.size() + 2, ' '),
                    OneLine(fact.value), "\n");
  }
  return text;
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
        {range.name, absl::StrCat(range.offset), absl::StrCat(range.size)});
  }
  for (const SectionDescription& section : file.sections) {
    const uint64_t padding = section.size - section.used;
    table.AddRow({section.name, absl::StrCat(section.offset),
                  absl::StrCat(section.size), absl::StrCat(section.used),
                  absl::StrCat(padding), Percent(padding, section.size)});
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
    table.AddRow({total.type, absl::StrCat(total.tensors),
                  absl::StrCat(total.weights), absl::StrCat(total.bytes),
                  Percent(total.bytes, all), absl::StrFormat("%.3f", bits)});
  }
  return absl::StrCat("\ntypes\n", table.Render(kIndent));
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
    table.AddRow({OneLine(tensor.name), tensor.type,
                  converted ? tensor.source_type : "", ShapeText(tensor.shape),
                  tensor.layout, file.sections[tensor.section].name,
                  absl::StrCat(tensor.offset), absl::StrCat(tensor.bytes),
                  tensor.error.has_value()
                      ? absl::StrFormat("%.1f", tensor.error->snr_db)
                      : "",
                  OneLine(tensor.group),
                  tensor.layout_reason.has_value()
                      ? OneLine(tensor.layout_reason->text)
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
    table.AddRow({OneLine(attachment.name), absl::StrCat(attachment.offset),
                  absl::StrCat(attachment.stored_bytes),
                  absl::StrCat(attachment.bytes)});
  }
  return absl::StrCat("\nattachments\n", table.Render(kIndent));
}

}  // namespace

std::string ShapeText(const std::vector<uint64_t>& shape) {
  return shape.empty() ? "scalar" : absl::StrJoin(shape, " x ");
}

std::string WithCommas(uint64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string RenderText(const FileDescription& file, bool with_tensors) {
  uint64_t weights = 0;
  for (const TensorDescription& tensor : file.tensors) {
    weights += tensor.weights;
  }
  std::string text = absl::StrFormat(
      "%s: %s, %s (%s bytes), %d tensors, %s weights\n", Printable(file.path),
      file.format, HumanBytes(file.file_size), WithCommas(file.file_size),
      file.tensors.size(), WithCommas(weights));
  if (!file.verified.empty()) {
    absl::StrAppend(&text, "verified: ", file.verified, "\n");
  }
  for (const FactGroup& group : file.groups) {
    absl::StrAppend(&text, RenderFacts(group));
  }
  absl::StrAppend(&text, RenderSections(file));
  if (!file.attachments.empty()) {
    absl::StrAppend(&text, RenderAttachments(file));
  }
  if (file.tensors.empty()) return text;
  absl::StrAppend(&text, RenderTypes(file));
  if (with_tensors) absl::StrAppend(&text, RenderTensors(file));
  return text;
}

}  // namespace tessera
