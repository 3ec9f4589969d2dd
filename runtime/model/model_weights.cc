#include "runtime/model/model_weights.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// Takes tensors by name out of the arena's list, with their shapes checked, and
// remembers which are left.
class TensorPicker {
 public:
  TensorPicker(absl::Span<const TensorView> tensors,
               const KernelTable& kernels, bool exact)
      : kernels_(kernels), exact_(exact) {
    for (const TensorView& tensor : tensors) {
      unused_.emplace(tensor.name, &tensor);
    }
  }

  bool Has(absl::string_view name) const { return unused_.contains(name); }

  absl::Status TakeMatrix(absl::string_view name, int64_t rows,
                          int64_t columns, Matrix* matrix) {
    TESSERA_ASSIGN_OR_RETURN(const TensorView* view,
                             Take(name, {rows, columns}));
    TESSERA_ASSIGN_OR_RETURN(*matrix, MakeMatrix(*view, kernels_, exact_));
    return absl::OkStatus();
  }

  absl::Status TakeVector(absl::string_view name, int64_t size,
                          absl::Span<const float>* values) {
    TESSERA_ASSIGN_OR_RETURN(const TensorView* view, Take(name, {size}));
    if (view->type == DType::kF32 &&
        view->layout.order == LayoutOrder::kRowMajor) {
      *values = absl::MakeConstSpan(reinterpret_cast<const float*>(view->data),
                                    size);
      return absl::OkStatus();
    }
    TESSERA_ASSIGN_OR_RETURN(const Matrix row,
                             MakeMatrix(*view, kernels_, exact_));
    std::vector<uint8_t> scratch(ScratchBytes(row));
    std::vector<float>& converted = converted_.emplace_back(size);
    DequantizeRow(row, 0, scratch.data(), converted.data());
    *values = converted;
    return absl::OkStatus();
  }

  // What TakeVector could not take as it is stored.
  std::vector<std::vector<float>> TakeConverted() {
    return std::move(converted_);
  }

  // Unimplemented if a tensor has not been taken.
  absl::Status CheckAllTaken() const {
    if (unused_.empty()) return absl::OkStatus();
    const auto first = std::min_element(
        unused_.begin(), unused_.end(),
        [](const auto& a, const auto& b) { return a.first < b.first; });
    return absl::UnimplementedError(absl::StrCat(
        "tensor ", Quoted(first->first), " has no place in a llama graph (",
        unused_.size(), " such tensors); this model cannot be run"));
  }

 private:
  absl::StatusOr<const TensorView*> Take(absl::string_view name,
                                         std::vector<int64_t> shape) {
    const auto found = unused_.find(name);
    if (found == unused_.end()) {
      return absl::DataLossError(
          absl::StrCat("tensor ", Quoted(name), " is missing"));
    }
    const TensorView* view = found->second;
    if (!std::equal(shape.begin(), shape.end(), view->shape.begin(),
                    view->shape.end(), [](int64_t a, uint64_t b) {
                      return static_cast<uint64_t>(a) == b;
                    })) {
      return absl::DataLossError(absl::StrCat(
          "tensor ", Quoted(name), " has the shape [",
          absl::StrJoin(view->shape, ", "), "], expected [",
          absl::StrJoin(shape, ", "), "] from the model configuration"));
    }
    unused_.erase(found);
    return view;
  }

  const KernelTable& kernels_;
  const bool exact_;
  std::vector<std::vector<float>> converted_;
  absl::flat_hash_map<absl::string_view, const TensorView*> unused_;
};

absl::Status TakeLayer(const LlamaConfig& config, int64_t index,
                       TensorPicker& picker, LayerWeights* layer) {
  const auto name = [index](absl::string_view part) {
    return absl::StrCat("blk.", index, ".", part, ".weight");
  };
  const int64_t hidden = config.hidden_size;
  const int64_t inner = config.intermediate_size;
  TESSERA_RETURN_IF_ERROR(
      picker.TakeVector(name("attn_norm"), hidden, &layer->attn_norm));
  TESSERA_RETURN_IF_ERROR(picker.TakeMatrix(
      name("attn_q"), config.query_size(), hidden, &layer->attn_q));
  TESSERA_RETURN_IF_ERROR(picker.TakeMatrix(name("attn_k"), config.kv_size(),
                                            hidden, &layer->attn_k));
  TESSERA_RETURN_IF_ERROR(picker.TakeMatrix(name("attn_v"), config.kv_size(),
                                            hidden, &layer->attn_v));
  TESSERA_RETURN_IF_ERROR(picker.TakeMatrix(
      name("attn_output"), hidden, config.query_size(), &layer->attn_output));
  TESSERA_RETURN_IF_ERROR(
      picker.TakeVector(name("ffn_norm"), hidden, &layer->ffn_norm));
  TESSERA_RETURN_IF_ERROR(
      picker.TakeMatrix(name("ffn_gate"), inner, hidden, &layer->ffn_gate));
  TESSERA_RETURN_IF_ERROR(
      picker.TakeMatrix(name("ffn_up"), inner, hidden, &layer->ffn_up));
  return picker.TakeMatrix(name("ffn_down"), hidden, inner, &layer->ffn_down);
}

absl::Status TakeRopeFreqs(const LlamaConfig& config, TensorPicker& picker,
                           absl::Span<const float>* rope_freqs) {
  constexpr absl::string_view kName = "rope_freqs.weight";
  if (!picker.Has(kName) && !config.needs_rope_freqs) return absl::OkStatus();
  TESSERA_RETURN_IF_ERROR(
      picker.TakeVector(kName, config.rope_dim / 2, rope_freqs));
  for (const float divisor : *rope_freqs) {
    if (!(divisor > 0)) {
      return absl::DataLossError(
          absl::StrCat("tensor ", Quoted(kName), " holds ", divisor,
                       ", expected positive divisors"));
    }
  }
  return absl::OkStatus();
}

void ForEachMatrix(const ModelWeights& weights,
                   const std::function<void(const Matrix&)>& visit) {
  for (const LayerWeights& layer : weights.layers) {
    for (const Matrix* matrix :
         {&layer.attn_q, &layer.attn_k, &layer.attn_v, &layer.attn_output,
          &layer.ffn_gate, &layer.ffn_up, &layer.ffn_down}) {
      visit(*matrix);
    }
  }
  visit(weights.output);
}

}  // namespace

uint64_t ModelWeights::bytes_per_token() const {
  uint64_t sum = 0;
  ForEachMatrix(*this, [&sum](const Matrix& matrix) {
    const TensorLayout& layout = matrix.view.layout;
    sum += layout.row_tiles() * layout.row_tile_bytes;
  });
  return sum;
}

uint64_t ModelWeights::scratch_bytes() const {
  uint64_t largest = ScratchBytes(token_embd);
  ForEachMatrix(*this, [&largest](const Matrix& matrix) {
    largest = std::max(largest, ScratchBytes(matrix));
  });
  return largest;
}

absl::StatusOr<ModelWeights> FindModelWeights(
    const LlamaConfig& config, absl::Span<const TensorView> tensors,
    const KernelTable& kernels, bool exact) {
  TensorPicker picker(tensors, kernels, exact);
  ModelWeights weights;
  const int64_t hidden = config.hidden_size;
  TESSERA_RETURN_IF_ERROR(picker.TakeMatrix(
      "token_embd.weight", config.vocab_size, hidden, &weights.token_embd));
  for (int64_t i = 0; i < config.layers; ++i) {
    TESSERA_RETURN_IF_ERROR(
        TakeLayer(config, i, picker, &weights.layers.emplace_back()));
  }
  TESSERA_RETURN_IF_ERROR(
      picker.TakeVector("output_norm.weight", hidden, &weights.output_norm));
  weights.output = weights.token_embd;
  if (picker.Has("output.weight")) {
    TESSERA_RETURN_IF_ERROR(picker.TakeMatrix(
        "output.weight", config.vocab_size, hidden, &weights.output));
  }
  TESSERA_RETURN_IF_ERROR(TakeRopeFreqs(config, picker, &weights.rope_freqs));
  TESSERA_RETURN_IF_ERROR(picker.CheckAllTaken());
  weights.converted = picker.TakeConverted();
  return weights;
}

}  // namespace tessera
