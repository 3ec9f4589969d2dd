#include "converter/pack/describe_plan.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/counted.h"
#include "base/printable.h"
#include "base/progress.h"
#include "formats/dtype/dtype.h"

namespace tessera {
namespace {

constexpr size_t kNameColumns = 48;

std::string TypeChange(DType from, DType to) {
  return from == to ? DTypeName(to)
                    : absl::StrCat(DTypeName(from), " -> ", DTypeName(to));
}

// A tensor of a plan.
struct Row {
  const SourceTensor& from;
  const PlannedTensor& to;
  const char* section;
  uint64_t bytes;
};

// Calls `fn` for each tensor, in the order of the arena.
void ForEachTensor(const WeightSource& source, const ArenaPlan& plan,
                   absl::FunctionRef<void(const Row&)> fn) {
  for (const PlannedSection& section : plan.sections) {
    const char* kind = section.kind == Section::KIND_HOT ? "hot" : "cold";
    for (const PlannedStream& stream : section.streams) {
      for (size_t index : stream.members) {
        const PlannedTensor& to = plan.tensors[index];
        fn({source.tensors[index], to, kind,
            stream.tiles * to.layout.row_tile_bytes});
      }
    }
  }
}

std::string TotalLine(const WeightSource& source, const ArenaPlan& plan) {
  uint64_t source_bytes = 0;
  uint64_t stored_bytes = 0;
  ForEachTensor(source, plan, [&](const Row& row) {
    source_bytes += row.from.size;
    stored_bytes += row.bytes;
  });
  return absl::StrCat(Counted(source.tensors.size(), "tensor"), ", ",
                      HumanBytes(source_bytes), " in the source, ",
                      HumanBytes(stored_bytes), " in the arena\n");
}

}  // namespace

std::string DescribePlan(const WeightSource& source, const ArenaPlan& plan) {
  size_t name_width = 6;
  size_t shape_width = 5;
  const auto name = [](const Row& row) {
    return ShortPrintable(row.from.name, kNameColumns);
  };
  const auto shape = [](const Row& row) {
    return absl::StrJoin(row.from.shape, "x");
  };
  ForEachTensor(source, plan, [&](const Row& row) {
    name_width = std::max(name_width, name(row).size());
    shape_width = std::max(shape_width, shape(row).size());
  });
  std::string text = absl::StrFormat("%-*s  %-*s  %-14s  %-11s  %-7s  %14s\n",
                                     name_width, "tensor", shape_width, "shape",
                                     "type", "layout", "section", "bytes");
  ForEachTensor(source, plan, [&](const Row& row) {
    absl::StrAppendFormat(&text, "%-*s  %-*s  %-14s  %-11s  %-7s  %14s\n",
                          name_width, name(row), shape_width, shape(row),
                          TypeChange(row.from.type, row.to.type),
                          LayoutOrderName(row.to.layout.order), row.section,
                          WithCommas(row.bytes));
  });
  return absl::StrCat(text, TotalLine(source, plan));
}

std::string DescribePlanTotals(const WeightSource& source,
                               const ArenaPlan& plan) {
  struct Total {
    uint64_t tensors = 0;
    uint64_t source_bytes = 0;
    uint64_t bytes = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Total> totals;
  ForEachTensor(source, plan, [&](const Row& row) {
    Total& total = totals[{TypeChange(row.from.type, row.to.type),
                           std::string(LayoutOrderName(row.to.layout.order)),
                           row.section}];
    ++total.tensors;
    total.source_bytes += row.from.size;
    total.bytes += row.bytes;
  });
  std::vector<
      std::pair<std::tuple<std::string, std::string, std::string>, Total>>
      rows(totals.begin(), totals.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.second.bytes > b.second.bytes;
  });
  std::string text =
      absl::StrFormat("%-18s  %-11s  %-7s  %7s  %12s  %12s\n", "type", "layout",
                      "section", "tensors", "in source", "in arena");
  for (const auto& [key, total] : rows) {
    const auto& [type, layout, section] = key;
    absl::StrAppendFormat(&text, "%-18s  %-11s  %-7s  %7s  %12s  %12s\n", type,
                          layout, section, WithCommas(total.tensors),
                          HumanBytes(total.source_bytes),
                          HumanBytes(total.bytes));
  }
  return absl::StrCat(text, TotalLine(source, plan));
}

}  // namespace tessera
