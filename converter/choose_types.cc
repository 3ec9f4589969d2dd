#include "converter/choose_types.h"

#include <cstdio>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/message.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "converter/quantize/model_summary.h"
#include "converter/quantize/recipe_flags.h"
#include "converter/quantize/type_budget.h"

namespace tessera {

absl::Status ChooseTypes(const WeightSource& source, ConvertCommand* command) {
  QuantizeRecipe& recipe = command->outputs.front().plan.recipe;
  const bool quiet = command->options.quiet;
  const auto tensors = SummarizeTensors(source);
  for (const std::string& rule : recipe.UnusedRules(tensors)) {
    if (quiet) break;
    PrintMessage(
        absl::StrCat("note: --tensor_type=", rule, ": matches no tensor"));
  }
  if (recipe.importance != nullptr) {
    TESSERA_RETURN_IF_ERROR(recipe.importance->CheckFits(tensors));
    const std::string unseen = recipe.importance->UnseenNote(tensors);
    if (!quiet && !unseen.empty()) {
      PrintMessage(absl::StrCat("note: --imatrix: ", unseen));
    }
  }
  const std::optional<SizeTarget> target = SizeTargetFromFlags();
  if (!target.has_value()) return absl::OkStatus();
  ThreadPool pool(command->options.threads);
  TESSERA_ASSIGN_OR_RETURN(
      const BudgetReport report,
      ChooseTypesForTarget(source, *target, pool, &recipe));
  if (!quiet) std::fputs(report.text.c_str(), stderr);
  return absl::OkStatus();
}

}  // namespace tessera
