#include "converter/quantize/recipe_flags.h"

#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera {

// One value of --tensor_type, known to be a rule.
struct TensorTypeFlag {
  std::string text;
};

bool AbslParseFlag(absl::string_view text, TensorTypeFlag* flag,
                   std::string* error) {
  const auto rule = TensorTypeRule::Parse(text);
  if (!rule.ok()) {
    *error = std::string(rule.status().message());
    return false;
  }
  flag->text = std::string(text);
  return true;
}

std::string AbslUnparseFlag(const TensorTypeFlag& flag) { return flag.text; }

namespace {

// A flag keeps its last value only; here are all of them, in order.
std::vector<std::string>& TensorTypeTexts() {
  static std::vector<std::string>& texts = *new std::vector<std::string>;
  return texts;
}

}  // namespace
}  // namespace tessera

ABSL_FLAG(std::string, quantize, "keep",
          "the type to store matrices in: keep (as they are), F32, F16, BF16, "
          "Q8_0, INT8, Q4_0, Q4_1, Q5_0, Q5_1, Q6_K, IQ4_NL, or a mix: Q4_K_S, "
          "Q4_K_M (or Q4_K), Q5_K_S, Q5_K_M (or Q5_K)");
ABSL_FLAG(bool, pure, false,
          "give all matrices the main type of --quantize instead of a mix");
ABSL_FLAG(std::string, output_type, "", "the type of output.weight");
ABSL_FLAG(std::string, embedding_type, "", "the type of token_embd.weight");
ABSL_FLAG(tessera::TensorTypeFlag, tensor_type, {},
          "REGEX=TYPE: store tensors whose names match REGEX as TYPE, such as "
          "'ffn_(up|gate)=Q4_0'; may be given several times, and the first "
          "match counts; --output_type and --embedding_type come before it")
    .OnUpdate([] {
      std::string text = absl::GetFlag(FLAGS_tensor_type).text;
      if (!text.empty()) tessera::TensorTypeTexts().push_back(std::move(text));
    });
ABSL_FLAG(
    std::string, effort, "normal",
    "how long to search for good blocks. normal: the blocks of "
    "llama-quantize; high: longer, for less error with the same types and "
    "sizes");
ABSL_FLAG(std::string, imatrix, "",
          "a file of llama-imatrix (GGUF or the older format) that says which "
          "weights matter most");
ABSL_FLAG(std::string, target_bpw, "",
          "instead of --quantize: choose the types of least error at this many "
          "bits per weight, over all tensors, such as 4.5");
ABSL_FLAG(std::string, target_size, "",
          "instead of --quantize: choose the types of least error at which all "
          "tensors together take this much, such as 4.2G, 700M or 1.5GiB");

namespace tessera {
namespace {

absl::Status WithFlag(absl::string_view flag, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat("--", flag, ": ", status.message()));
}

absl::Status TypeFromFlag(absl::string_view flag, const std::string& name,
                          std::optional<DType>* type) {
  if (name.empty()) return absl::OkStatus();
  const auto found = QuantizableTypeFromName(name);
  if (!found.ok()) return WithFlag(flag, found.status());
  *type = *found;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SizeTarget>> ParseSizeTarget() {
  const std::string bpw = absl::GetFlag(FLAGS_target_bpw);
  const std::string size = absl::GetFlag(FLAGS_target_size);
  if (bpw.empty() && size.empty()) return std::optional<SizeTarget>();
  if (!bpw.empty() && !size.empty()) {
    return absl::InvalidArgumentError(
        "--target_bpw and --target_size: give one of them");
  }
  const auto target = bpw.empty() ? SizeTarget::ParseBytes(size)
                                  : SizeTarget::ParseBitsPerWeight(bpw);
  if (!target.ok()) {
    return WithFlag(bpw.empty() ? "target_size" : "target_bpw",
                    target.status());
  }
  return *target;
}

absl::Status EffortFromFlag(bool* high_effort) {
  const std::string effort = absl::AsciiStrToLower(absl::GetFlag(FLAGS_effort));
  *high_effort = effort == "high";
  if (effort == "high" || effort == "normal") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--effort: expected normal or high, not ", effort));
}

absl::Status CheckCombination(const QuantizeRecipe& recipe) {
  TESSERA_ASSIGN_OR_RETURN(const std::optional<SizeTarget> target,
                           ParseSizeTarget());
  if (target.has_value() && (!recipe.keeps() || recipe.pure)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", target->option,
                     ": chooses the types itself; leave out --quantize and "
                     "--pure"));
  }
  const bool quantizes =
      !recipe.keeps() || target.has_value() || recipe.output_type.has_value() ||
      recipe.embedding_type.has_value() || !recipe.tensor_types.empty();
  absl::string_view idle;
  if (!absl::GetFlag(FLAGS_imatrix).empty()) idle = "--imatrix";
  if (recipe.high_effort) idle = "--effort";
  if (recipe.pure) idle = "--pure";
  if (quantizes || idle.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(idle, ": has a meaning with --quantize only"));
}

}  // namespace

absl::StatusOr<QuantizeRecipe> RecipeFromFlags() {
  TESSERA_ASSIGN_OR_RETURN(
      QuantizeRecipe recipe,
      QuantizeRecipe::Parse(absl::GetFlag(FLAGS_quantize)));
  recipe.pure = absl::GetFlag(FLAGS_pure);
  TESSERA_RETURN_IF_ERROR(TypeFromFlag(
      "output_type", absl::GetFlag(FLAGS_output_type), &recipe.output_type));
  TESSERA_RETURN_IF_ERROR(TypeFromFlag("embedding_type",
                                       absl::GetFlag(FLAGS_embedding_type),
                                       &recipe.embedding_type));
  for (const std::string& text : TensorTypeTexts()) {
    TESSERA_ASSIGN_OR_RETURN(TensorTypeRule rule, TensorTypeRule::Parse(text));
    recipe.tensor_types.push_back(std::move(rule));
  }
  TESSERA_RETURN_IF_ERROR(EffortFromFlag(&recipe.high_effort));
  TESSERA_RETURN_IF_ERROR(CheckCombination(recipe));
  return recipe;
}

absl::Status ReadImportanceFromFlags(QuantizeRecipe* recipe) {
  const std::string path = absl::GetFlag(FLAGS_imatrix);
  if (path.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(recipe->importance,
                           ImportanceMatrix::ReadFile(path));
  return absl::OkStatus();
}

std::optional<SizeTarget> SizeTargetFromFlags() {
  const auto target = ParseSizeTarget();
  return target.ok() ? *target : std::nullopt;
}

}  // namespace tessera
