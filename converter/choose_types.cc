#include "converter/choose_types.h"

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/message.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "converter/quantize/model_summary.h"
#include "converter/quantize/row_misfits.h"
#include "converter/quantize/type_budget.h"

namespace tessera {
namespace {

absl::Status FillBudget(const WeightSource& source, ConvertCommand* command) {
  if (!command->target.has_value()) return absl::OkStatus();
  ThreadPool pool(command->options.threads);
  TESSERA_ASSIGN_OR_RETURN(
      const BudgetReport report,
      ChooseTypesForTarget(source, *command->target, pool,
                           &command->outputs.front().plan.recipe));
  if (!command->options.quiet) std::fputs(report.text.c_str(), stderr);
  return absl::OkStatus();
}

void Print(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    PrintMessage(absl::StrCat("warning: ", warning));
  }
}

}  // namespace

absl::Status ChooseTypes(const WeightSource& source, ConvertCommand* command) {
  QuantizeRecipe& recipe = command->outputs.front().plan.recipe;
  const auto tensors = SummarizeTensors(source);
  std::vector<std::string> warnings;
  for (const std::string& rule : recipe.UnusedRules(tensors)) {
    warnings.push_back(
        absl::StrCat("--tensor_type=", rule, ": matches no tensor"));
  }
  if (recipe.importance != nullptr) {
    TESSERA_RETURN_IF_ERROR(recipe.importance->CheckFits(tensors));
    const std::string unseen = recipe.importance->UnseenNote(tensors);
    if (!unseen.empty()) {
      warnings.push_back(absl::StrCat("--imatrix: ", unseen));
    }
  }
  TESSERA_RETURN_IF_ERROR(FillBudget(source, command));
  const ModelSummary model = SummarizeModel(source);
  for (const OutputOptions& output : command->outputs) {
    std::vector<std::string>& own = command->warnings.emplace_back(warnings);
    const std::string misfits =
        RowMisfitsNote(output.plan.recipe, tensors, model);
    if (!misfits.empty()) {
      own.push_back(absl::StrCat(output.path, ": ", misfits));
    }
    if (!command->silent) Print(own);
    warnings.clear();  // told once
  }
  return absl::OkStatus();
}

}  // namespace tessera
