#include "converter/pack/choose_stored_types.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/pack/check_not_requantized.h"
#include "converter/quantize/model_summary.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

absl::Status CheckConvertible(const WeightSource& source,
                              const SourceTensor& from, DType to) {
  if (to == from.type) return absl::OkStatus();
  const Codec* decode = FindCodec(from.type);
  const Codec* encode = FindCodec(to);
  if (decode != nullptr && decode->dequantize_row != nullptr &&
      encode != nullptr && encode->quantize_row != nullptr) {
    return absl::OkStatus();
  }
  const absl::Status error = absl::UnimplementedError(
      absl::StrCat("cannot convert tensor ", Quoted(from.source_name), " from ",
                   DTypeName(from.type), " to ", DTypeName(to)));
  const std::string path = source.PathOf(from);
  return path.empty() ? error : WithPath(path, error);
}

}  // namespace

absl::StatusOr<std::vector<DType>> ChooseStoredTypes(
    const WeightSource& source, const QuantizeRecipe& recipe,
    Unquantized unquantized, bool allow_requantize) {
  const std::vector<TensorSummary> summaries = SummarizeTensors(source);
  const ModelSummary model = SummarizeModel(source);
  std::vector<DType> types = recipe.ChooseTypes(summaries, model);
  if (unquantized == Unquantized::kAsTheyAre) {
    const std::vector<std::optional<DType>> wanted =
        recipe.WantedTypes(summaries, model);
    for (size_t i = 0; i < types.size(); ++i) {
      if (!wanted[i].has_value()) types[i] = source.tensors[i].type;
    }
  }
  if (recipe.importance != nullptr) {
    TESSERA_RETURN_IF_ERROR(recipe.importance->CheckFits(summaries));
  }
  for (size_t i = 0; i < types.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(
        CheckConvertible(source, source.tensors[i], types[i]));
  }
  if (!allow_requantize) {
    TESSERA_RETURN_IF_ERROR(CheckNotRequantized(source, types));
  }
  return types;
}

}  // namespace tessera
