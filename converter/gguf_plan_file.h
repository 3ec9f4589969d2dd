// What a plan of GGUF files consists of.
#ifndef CONVERTER_GGUF_PLAN_FILE_H_
#define CONVERTER_GGUF_PLAN_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "converter/quantize/quantize_recipe.h"
#include "formats/dtype/dtype.h"
#include "formats/gguf/gguf_layout.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// How to cut a model into a split set; at most one of them is not 0.
struct GgufSplitLimits {
  uint64_t max_bytes = 0;    // of the tensors of a file, as they lie in it
  uint64_t max_tensors = 0;  // in a file
  bool any() const { return max_bytes != 0 || max_tensors != 0; }
};

// What to make of a source, and where.
struct GgufOptions {
  std::string path;
  QuantizeRecipe recipe = {};
  GgufSplitLimits split = {};
  // As in PlanOptions (pack/arena_plan.h).
  bool allow_requantize = false;
  bool allow_nonfinite = false;
};

struct GgufPlanFile {
  std::string path;
  GgufMetadata metadata;
  std::vector<size_t> tensors;  // of the source, in the order of the file
  // Outer dimensions of 1 are left out, as llama.cpp's writers do.
  bool trims_shapes = false;
  // That of the original, if it is kept; such a file comes back byte for byte.
  std::optional<GgufLayout> layout;
  // Of the file that an arena was made from, if this one is to be it. Empty if
  // that was no GGUF file, or a set that becomes one file.
  std::string original_name;
  std::string original_sha256;
};

struct GgufPlan {
  std::vector<DType> types;  // of the tensors of the source, in its order
  std::vector<GgufPlanFile> files;
  // About the plan, in whole sentences.
  std::vector<std::string> warnings;
};

}  // namespace tessera

#endif  // CONVERTER_GGUF_PLAN_FILE_H_
