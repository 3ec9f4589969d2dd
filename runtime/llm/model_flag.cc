#include "runtime/llm/model_flag.h"

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/parse_flags.h"
#include "base/quoted.h"

ABSL_FLAG(std::string, model, "",
          "the model; the same as the argument without a flag");

namespace tessera {

absl::StatusOr<std::string> ModelFromFlags(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> models = arguments;
  const std::string flag = absl::GetFlag(FLAGS_model);
  // What the environment gives is for command lines without a model.
  if (!flag.empty() && (models.empty() || !IsFromEnvironment("model"))) {
    models.insert(models.begin(), flag);
  }
  if (models.empty()) {
    return absl::InvalidArgumentError("no model given");
  }
  if (models.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "one model expected, but there is also ", Quoted(models[1])));
  }
  return models[0];
}

}  // namespace tessera
