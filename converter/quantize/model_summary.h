// What the choice of stored types depends on.
#ifndef CONVERTER_QUANTIZE_MODEL_SUMMARY_H_
#define CONVERTER_QUANTIZE_MODEL_SUMMARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "converter/source/weight_source.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// One tensor. Refers to its name and shape, which must outlive it.
struct TensorSummary {
  absl::string_view name;            // GGUF's
  DType type;                        // the source's
  absl::Span<const uint64_t> shape;  // outermost dimension first
};

// And the model it belongs to.
struct ModelSummary {
  std::string architecture;  // as GGUF names it: "llama"; "" if unknown
  uint64_t layers = 0;
  uint64_t experts = 0;  // per layer; 0 if there are none
  uint64_t heads_per_kv_head = 1;
};

// The summaries of all tensors of `source`, in its order. They refer to it.
std::vector<TensorSummary> SummarizeTensors(const WeightSource& source);

// True if token_embd.weight is the output matrix too: there is no
// output.weight.
bool HasTiedEmbeddings(absl::Span<const TensorSummary> tensors);

// What the configuration says; what it does not, such as a number that differs
// by layer, is read off the names and shapes of the tensors.
ModelSummary SummarizeModel(const WeightSource& source);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_MODEL_SUMMARY_H_
