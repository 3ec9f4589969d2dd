#include "converter/quantize/row_misfits.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/counted.h"
#include "converter/quantize/mix_rules.h"
#include "formats/dtype/dtype.h"

namespace tessera {
namespace {

// Of so many kinds of misfits the note tells; the rest is counted.
constexpr size_t kTold = 3;
// Weights in a block of the types that a budget chooses among: of the larger
// ones, and of all but floats.
constexpr uint64_t kLargeBlock = 256;
constexpr uint64_t kSmallBlock = 32;

// What misfits are alike in. Of a budget, which chooses by itself, no types.
struct Misfit {
  uint64_t columns = 0;
  std::optional<DType> wanted;
  std::optional<DType> stored;

  bool operator<(const Misfit& other) const {
    return std::tie(columns, wanted, stored) <
           std::tie(other.columns, other.wanted, other.stored);
  }
};

std::string MisfitText(const Misfit& misfit, uint64_t count) {
  const bool one = count == 1;
  std::string text =
      absl::StrCat(Counted(count, "matrix", "matrices"), one ? " has" : " have",
                   " rows of ", Counted(misfit.columns, "value"), ", which ");
  if (misfit.wanted.has_value()) {
    absl::StrAppend(&text, DTypeName(*misfit.wanted), " (blocks of ",
                    FindDType(*misfit.wanted)->block_elements,
                    ") cannot hold: ", one ? "it is" : "they are",
                    " stored as ", DTypeName(*misfit.stored));
  } else if (misfit.columns % kSmallBlock == 0) {
    absl::StrAppend(&text, "Q4_K, Q5_K and Q6_K (blocks of ", kLargeBlock,
                    ") cannot hold: ", one ? "it has" : "they have",
                    " other types");
  } else {
    absl::StrAppend(&text, "no quantized type (blocks of ", kSmallBlock, " or ",
                    kLargeBlock, ") can hold: ", one ? "it is" : "they are",
                    " stored as floats");
  }
  return text;
}

std::map<Misfit, uint64_t> FindMisfits(const QuantizeRecipe& recipe,
                                       absl::Span<const TensorSummary> tensors,
                                       const ModelSummary& model) {
  std::map<Misfit, uint64_t> misfits;
  const auto wanted = recipe.WantedTypes(tensors, model);
  const bool tied = HasTiedEmbeddings(tensors);
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!wanted[i].has_value()) continue;
    const uint64_t columns = tensors[i].shape.back();
    const DType stored = FitToRow(*wanted[i], columns);
    if (stored != *wanted[i]) {
      ++misfits[{columns, wanted[i], stored}];
    } else if (recipe.budget().has_value() && columns % kLargeBlock != 0 &&
               !recipe.FixedType(tensors[i], tied).has_value()) {
      ++misfits[{columns, std::nullopt, std::nullopt}];
    }
  }
  return misfits;
}

}  // namespace

std::string RowMisfitsNote(const QuantizeRecipe& recipe,
                           absl::Span<const TensorSummary> tensors,
                           const ModelSummary& model) {
  const std::map<Misfit, uint64_t> found = FindMisfits(recipe, tensors, model);
  std::vector<std::pair<Misfit, uint64_t>> misfits(found.begin(), found.end());
  std::stable_sort(
      misfits.begin(), misfits.end(),
      [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string note;
  uint64_t others = 0;
  for (size_t i = 0; i < misfits.size(); ++i) {
    if (i >= kTold) {
      others += misfits[i].second;
      continue;
    }
    absl::StrAppend(&note, i == 0 ? "" : "; ",
                    MisfitText(misfits[i].first, misfits[i].second));
  }
  if (others > 0) {
    absl::StrAppend(
        &note, "; ", Counted(others, "more matrix", "more matrices"),
        others == 1 ? " gets" : " get", " another type for such a reason");
  }
  return note;
}

}  // namespace tessera
