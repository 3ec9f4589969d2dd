#include "converter/inspect/diff_models.h"

#include <array>
#include <utility>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "converter/inspect/diff_facts.h"
#include "converter/inspect/diff_tensors.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"

namespace tessera {
namespace {

using Sources = std::array<WeightSource, 2>;

absl::StatusOr<Sources> OpenBoth(const std::string& a, const std::string& b,
                                 bool tensors_only) {
  TESSERA_ASSIGN_OR_RETURN(WeightSource first,
                           OpenWeightSource(a, {tensors_only}));
  TESSERA_ASSIGN_OR_RETURN(WeightSource second,
                           OpenWeightSource(b, {tensors_only}));
  return Sources{std::move(first), std::move(second)};
}

DiffSide SideOf(const std::string& path, const WeightSource& source) {
  DiffSide side = {path, source.format, source.files.size(),
                   source.tensors.size(), 0};
  for (const SourceTensor& tensor : source.tensors) {
    side.tensor_bytes += tensor.size;
  }
  return side;
}

}  // namespace

absl::StatusOr<ModelDiff> DiffModels(const std::string& a, const std::string& b,
                                     ThreadPool& pool, bool quiet) {
  absl::StatusOr<Sources> sources = OpenBoth(a, b, /*tensors_only=*/false);
  if (absl::IsUnimplemented(sources.status())) {
    sources = OpenBoth(a, b, /*tensors_only=*/true);
  }
  TESSERA_RETURN_IF_ERROR(sources.status());
  const auto& [first, second] = *sources;
  ModelDiff diff;
  diff.sides = {SideOf(a, first), SideOf(b, second)};
  DiffTensors(first, second, pool, quiet, &diff);
  DiffFacts(first, second, &diff);
  for (const WeightSource& source : *sources) {
    for (const MappedFile& file : source.files) {
      TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
    }
  }
  return diff;
}

}  // namespace tessera
