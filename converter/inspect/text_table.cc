#include "converter/inspect/text_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/printable.h"

namespace tessera {

void TextTable::AddColumn(std::string heading, Align align) {
  columns_.push_back({std::move(heading), align});
}

void TextTable::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::Render(int indent) const {
  std::vector<size_t> widths(columns_.size(), 0);
  for (size_t c = 0; c < columns_.size(); ++c) {
    for (const auto& row : rows_)
      widths[c] = std::max(widths[c], row[c].size());
    if (widths[c] != 0) {
      widths[c] = std::max(widths[c], columns_[c].heading.size());
    }
  }
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line(indent, ' ');
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (widths[c] == 0) continue;
      const std::string& cell = cell_of(c);
      const std::string fill(widths[c] - cell.size(), ' ');
      const bool right = columns_[c].align == Align::kRight;
      absl::StrAppend(&line, right ? fill : "", cell, right ? "" : fill, "  ");
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&text, line, "\n");
  };
  add_line(
      [this](size_t c) -> const std::string& { return columns_[c].heading; });
  for (const auto& row : rows_) {
    add_line([&row](size_t c) -> const std::string& { return row[c]; });
  }
  return text;
}

}  // namespace tessera
