// llama-quantize's mixes: which types it gives the tensors of a model.
#ifndef CONVERTER_QUANTIZE_MIX_RULES_H_
#define CONVERTER_QUANTIZE_MIX_RULES_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "converter/quantize/mix_class.h"
#include "converter/quantize/model_summary.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// A mix: a type for most tensors, and others for those that matter more.
struct Mix {
  enum class Kind { kPlain, kSmall, kMedium };

  absl::string_view name;  // "Q4_K_M"
  DType base;
  Kind kind;
};

// All of them; INT8, which llama-quantize does not have, is one type for all.
absl::Span<const Mix> AllMixes();

// The mix called `name`, or nullptr.
const Mix* FindMix(absl::string_view name);

// `type`, or the nearest that llama-quantize takes where the block of `type`
// does not divide a row of `columns` weights: Q4_K -> Q5_0, Q5_K -> Q5_1,
// Q6_K -> Q8_0, and F16 where 32 does not divide it either.
DType FitToRow(DType type, uint64_t columns);

// The rules of one mix for one model, src/llama-quant.cpp of August 2026. They
// count, so tensors must come in llama-quantize's order: by layer (those
// outside of layers first), then by name. A tensor whose type is chosen
// otherwise does not come at all.
class MixRules {
 public:
  // What the rules look at besides a tensor.
  struct Context {
    ModelSummary model;
    uint64_t value_tensors = 0;    // of IsValueClass, in the whole model
    bool tied_embeddings = false;  // there is no output.weight
    bool has_importance = false;
  };

  // `mix` must outlive this object.
  MixRules(const Mix& mix, Context context)
      : mix_(mix), context_(std::move(context)) {}

  // The type for the next tensor. It may not fit the row.
  DType Next(absl::string_view name);

 private:
  DType ForOutput() const;
  DType ForValue(uint64_t position) const;
  DType ForFfnDown(uint64_t layer) const;
  bool IsBig70B() const;

  const Mix& mix_;
  const Context context_;
  uint64_t values_ = 0;     // value matrices so far
  uint64_t ffn_downs_ = 0;  // ffn_down matrices so far
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_MIX_RULES_H_
