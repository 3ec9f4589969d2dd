#include "bench/gate/gate_row.h"

#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

using Kind = GateRow::Kind;

constexpr std::pair<Kind, absl::string_view> kKinds[] = {
    {Kind::kKernel, "kernel"},
    {Kind::kRead, "read"},
    {Kind::kMultiply, "multiply"},
    {Kind::kModel, "model"},
};
// Names the arena, whose path may hold anything but a line's end; comes last.
constexpr absl::string_view kArena = " arena=";

absl::string_view KindName(Kind kind) {
  for (const auto& [k, name] : kKinds) {
    if (k == kind) return name;
  }
  return "";
}

absl::Status Unknown(absl::string_view what, absl::string_view word) {
  return absl::InvalidArgumentError(
      absl::StrCat("unknown ", what, " ", Quoted(word)));
}

absl::Status SetField(absl::string_view name, absl::string_view value,
                      GateRow* row) {
  if (name == "isa") {
    for (const Isa isa : SupportedIsas()) {
      if (IsaName(isa) != value) continue;
      row->isa = isa;
      return absl::OkStatus();
    }
    return Unknown("instruction set", value);
  }
  if (name == "threads") {
    if (value != "one" && value != "all") return Unknown("threads", value);
    row->all_threads = value == "all";
    return absl::OkStatus();
  }
  if (name == "type") {
    const std::optional<DType> type = DTypeFromName(value);
    if (!type.has_value()) return Unknown("type", value);
    row->type = *type;
    return absl::OkStatus();
  }
  if (name == "layout") {
    const std::optional<LayoutOrder> layout = LayoutOrderFromName(value);
    if (!layout.has_value()) return Unknown("layout", value);
    row->layout = *layout;
    return absl::OkStatus();
  }
  const std::pair<absl::string_view, int64_t*> numbers[] = {
      {"rows", &row->rows},        {"columns", &row->columns},
      {"tokens", &row->tokens},    {"n_prompt", &row->test.n_prompt},
      {"n_gen", &row->test.n_gen}, {"n_depth", &row->test.n_depth},
  };
  for (const auto& [known, number] : numbers) {
    if (known != name) continue;
    if (absl::SimpleAtoi(value, number) && *number >= 0) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is no number: ", Quoted(value)));
  }
  return Unknown("field", name);
}

absl::Status CheckComplete(const GateRow& row) {
  const bool complete = row.kind == Kind::kModel
                            ? !row.arena.empty() && row.test.tokens() > 0
                            : row.rows > 0 && row.columns > 0 && row.tokens > 0;
  if (complete) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a row of kind ", KindName(row.kind), " lacks a field"));
}

}  // namespace

std::string GateRow::Name() const {
  if (kind == Kind::kModel) {
    return absl::StrCat("model ", std::filesystem::path(arena).stem().string(),
                        " ", test.name());
  }
  const std::string matrix =
      absl::StrCat(DTypeName(type), " ",
                   kind == Kind::kKernel ? LayoutOrderName(layout) : "limit",
                   " ", rows, "x", columns, " t", tokens);
  return absl::StrCat(KindName(kind), " ", matrix);
}

std::string GateRow::Text() const {
  std::string text = absl::StrCat(KindName(kind), " isa=", IsaName(isa),
                                  " threads=", all_threads ? "all" : "one");
  if (kind == Kind::kModel) {
    absl::StrAppend(&text, " n_prompt=", test.n_prompt, " n_gen=", test.n_gen,
                    " n_depth=", test.n_depth, kArena, arena);
    return text;
  }
  absl::StrAppend(&text, " type=", DTypeName(type),
                  " layout=", LayoutOrderName(layout), " rows=", rows,
                  " columns=", columns, " tokens=", tokens);
  return text;
}

absl::StatusOr<GateRow> GateRow::Parse(absl::string_view text) {
  GateRow row;
  const size_t arena = text.find(kArena);
  if (arena != absl::string_view::npos) {
    row.arena = std::string(text.substr(arena + kArena.size()));
    text = text.substr(0, arena);
  }
  std::optional<Kind> kind;
  for (const absl::string_view word :
       absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!kind.has_value()) {
      for (const auto& [k, name] : kKinds) {
        if (name == word) kind = k;
      }
      if (!kind.has_value()) return Unknown("kind of row", word);
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(word, absl::MaxSplits('=', 1));
    TESSERA_RETURN_IF_ERROR(SetField(parts.first, parts.second, &row));
  }
  if (!kind.has_value()) return Unknown("kind of row", "");
  row.kind = *kind;
  TESSERA_RETURN_IF_ERROR(CheckComplete(row));
  return row;
}

}  // namespace tessera
