#include "converter/pack/execution_order.h"

#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

enum Stage { kEmbedding = 0, kBlocks = 1, kOutput = 2, kUnknown = 3 };

constexpr absl::string_view kBlockSteps[] = {
    "attn_norm.weight",     "attn_q.weight",        "attn_k.weight",
    "attn_v.weight",        "attn_q.bias",          "attn_k.bias",
    "attn_v.bias",          "attn_output.weight",   "attn_output.bias",
    "ffn_norm.weight",      "ffn_gate_inp.weight",  "ffn_gate.weight",
    "ffn_up.weight",        "ffn_gate_exps.weight", "ffn_up_exps.weight",
    "ffn_down.weight",      "ffn_down_exps.weight",
};

constexpr absl::string_view kOutputSteps[] = {
    "output_norm.weight",
    "output.weight",
    "token_embd.weight",  // when it is the output matrix too
};

template <size_t N>
int StepIn(const absl::string_view (&steps)[N], absl::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (steps[i] == name) return static_cast<int>(i);
  }
  return static_cast<int>(N);
}

}  // namespace

ExecutionKey ExecutionKeyOf(absl::string_view name) {
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, "blk.")) {
    const size_t dot = rest.find('.');
    uint64_t block;
    if (dot != absl::string_view::npos &&
        absl::SimpleAtoi(rest.substr(0, dot), &block)) {
      return {kBlocks, block, StepIn(kBlockSteps, rest.substr(dot + 1))};
    }
  }
  const int step = StepIn(kOutputSteps, name);
  if (step < static_cast<int>(std::size(kOutputSteps))) {
    return {kOutput, 0, step};
  }
  if (name == "rope_freqs.weight") return {kEmbedding, 0, 0};
  return {kUnknown, 0, 0};
}

bool IsColdTensor(absl::string_view name, bool tied_embeddings) {
  return name == "rope_freqs.weight" ||
         (name == "token_embd.weight" && !tied_embeddings);
}

}  // namespace tessera
