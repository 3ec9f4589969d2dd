#include "converter/pack/describe_plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/printable.h"
#include "base/progress.h"
#include "formats/dtype/dtype.h"

namespace tessera {
namespace {

std::string TypeChange(DType from, DType to) {
  return from == to ? DTypeName(to)
                    : absl::StrCat(DTypeName(from), " -> ", DTypeName(to));
}

}  // namespace

std::string DescribePlan(const WeightSource& source, const ArenaPlan& plan) {
  size_t name_width = 6;
  for (const SourceTensor& tensor : source.tensors) {
    name_width = std::max(name_width, Printable(tensor.name).size());
  }
  std::string text =
      absl::StrFormat("%-*s  %-14s %-14s %-12s %-7s %14s\n", name_width,
                      "tensor", "shape", "type", "layout", "section", "bytes");
  uint64_t source_bytes = 0;
  uint64_t stored_bytes = 0;
  for (const PlannedSection& section : plan.sections) {
    const char* kind = section.kind == Section::KIND_HOT ? "hot" : "cold";
    for (const PlannedStream& stream : section.streams) {
      for (size_t index : stream.members) {
        const SourceTensor& from = source.tensors[index];
        const PlannedTensor& to = plan.tensors[index];
        const uint64_t bytes = stream.tiles * to.layout.row_tile_bytes;
        source_bytes += from.size;
        stored_bytes += bytes;
        absl::StrAppendFormat(&text, "%-*s  %-14s %-14s %-12s %-7s %14d\n",
                              name_width, Printable(from.name),
                              absl::StrJoin(from.shape, "x"),
                              TypeChange(from.type, to.type),
                              LayoutOrderName(to.layout.order), kind, bytes);
      }
    }
  }
  absl::StrAppendFormat(&text,
                        "%d tensors, %s in the source, %s in the arena\n",
                        source.tensors.size(), HumanBytes(source_bytes),
                        HumanBytes(stored_bytes));
  return text;
}

}  // namespace tessera
