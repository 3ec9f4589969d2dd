#include "converter/quantize/row_misfits.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/counted.h"
#include "converter/quantize/mix_rules.h"
#include "formats/dtype/dtype.h"

namespace tessera {
namespace {

// Of so many kinds of misfits, and widths of each, the note tells.
constexpr size_t kTold = 3;
// Weights in a block of the types that a budget chooses among: of the larger
// ones, and of all but floats.
constexpr uint64_t kLargeBlock = 256;
constexpr uint64_t kSmallBlock = 32;

// What misfits are alike in. Of a budget, which chooses by itself: no types,
// but whether blocks of some size divide the rows.
struct Kind {
  std::optional<DType> wanted;
  std::optional<DType> stored;
  bool has_blocks = true;

  bool operator<(const Kind& other) const {
    return std::tie(wanted, stored, has_blocks) <
           std::tie(other.wanted, other.stored, other.has_blocks);
  }
};

bool IsFloat(DType type) {
  return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
}

struct Misfits {
  uint64_t count = 0;
  std::set<uint64_t> columns;
};

// "32, 96 and 144 values"; of many widths the smallest.
std::string WidthsText(const std::set<uint64_t>& columns) {
  std::string text;
  size_t told = 0;
  for (const uint64_t width : columns) {
    const bool last = told + 1 == columns.size();
    if (told == kTold && !last) {
      absl::StrAppend(&text, " and other numbers of");
      break;
    }
    absl::StrAppend(&text,
                    told == 0 ? ""
                    : last    ? " and "
                              : ", ",
                    WithCommas(width));
    ++told;
  }
  return absl::StrCat(text, text == "1" ? " value" : " values");
}

std::string MisfitsText(const Kind& kind, const Misfits& misfits) {
  const bool one = misfits.count == 1;
  std::string text = absl::StrCat(Counted(misfits.count, "matrix", "matrices"),
                                  one ? " has" : " have", " rows of ",
                                  WidthsText(misfits.columns), ", which ");
  if (kind.wanted.has_value()) {
    absl::StrAppend(&text, DTypeName(*kind.wanted), " (blocks of ",
                    FindDType(*kind.wanted)->block_elements,
                    ") cannot hold: ", one ? "it is" : "they are",
                    " stored as ", DTypeName(*kind.stored));
  } else if (kind.has_blocks) {
    absl::StrAppend(&text, "Q4_K, Q5_K and Q6_K (blocks of ", kLargeBlock,
                    ") cannot hold: ",
                    one ? "it has another type" : "they have other types");
  } else {
    absl::StrAppend(&text, "no quantized type (blocks of ", kSmallBlock, " or ",
                    kLargeBlock, ") can hold: ", one ? "it is" : "they are",
                    " stored as floats");
  }
  return text;
}

std::map<Kind, Misfits> FindMisfits(const QuantizeRecipe& recipe,
                                    absl::Span<const TensorSummary> tensors,
                                    const ModelSummary& model) {
  std::map<Kind, Misfits> found;
  const auto wanted = recipe.WantedTypes(tensors, model);
  const std::vector<DType> chosen = recipe.ChooseTypes(tensors, model);
  const bool tied = HasTiedEmbeddings(tensors);
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!wanted[i].has_value()) continue;
    const uint64_t columns = tensors[i].shape.back();
    const DType stored = FitToRow(*wanted[i], columns);
    Kind kind;
    if (stored != *wanted[i]) {
      kind = {wanted[i], stored};
    } else if (recipe.budget().has_value() && columns % kLargeBlock != 0 &&
               !recipe.FixedType(tensors[i], tied).has_value()) {
      kind.has_blocks = columns % kSmallBlock == 0;
      // Room for floats is no misfit.
      if (kind.has_blocks && IsFloat(chosen[i])) continue;
    } else {
      continue;
    }
    ++found[kind].count;
    found[kind].columns.insert(columns);
  }
  return found;
}

}  // namespace

std::string RowMisfitsNote(const QuantizeRecipe& recipe,
                           absl::Span<const TensorSummary> tensors,
                           const ModelSummary& model) {
  const std::map<Kind, Misfits> found = FindMisfits(recipe, tensors, model);
  std::vector<std::pair<Kind, Misfits>> kinds(found.begin(), found.end());
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const auto& a, const auto& b) {
                     return a.second.count > b.second.count;
                   });
  std::string note;
  uint64_t others = 0;
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (i >= kTold) {
      others += kinds[i].second.count;
      continue;
    }
    absl::StrAppend(&note, i == 0 ? "" : "; ",
                    MisfitsText(kinds[i].first, kinds[i].second));
  }
  if (others > 0) {
    absl::StrAppend(
        &note, "; ", Counted(others, "more matrix", "more matrices"),
        others == 1 ? " gets" : " get", " another type for such a reason");
  }
  return note;
}

}  // namespace tessera
