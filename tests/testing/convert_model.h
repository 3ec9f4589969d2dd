// Converts a model as the convert tool does.
#ifndef TESTS_TESTING_CONVERT_MODEL_H_
#define TESTS_TESTING_CONVERT_MODEL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "converter/quantize/quantize_recipe.h"
#include "formats/layout/layout_profile.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

struct ConvertModelOptions {
  LayoutOrder layout = LayoutOrder::kInterleaved;
  std::optional<LayoutProfile> profile = std::nullopt;  // instead of `layout`
  absl::string_view quantize = "keep";
  std::optional<QuantizeRecipe> recipe = std::nullopt;  // instead of `quantize`
  bool fuse = true;
  int threads = 2;
  bool allow_nonfinite = false;  // of weights without a meaning
  bool tensors_only = false;
  bool check_model = true;  // else parts of a model will do
};

// Converts `input` to `output`, an arena, replacing it.
absl::Status ConvertModel(const std::string& input, const std::string& output,
                          const ConvertModelOptions& options);

// Writes the arena `input` to the GGUF file `output`, replacing it.
absl::Status ExportModel(const std::string& input, const std::string& output,
                         bool allow_nonfinite = false);

}  // namespace tessera

#endif  // TESTS_TESTING_CONVERT_MODEL_H_
