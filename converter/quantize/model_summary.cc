#include "converter/quantize/model_summary.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "converter/quantize/mix_class.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

constexpr TensorName kFirstQuery = {.role = TensorRole::kAttentionQuery,
                                    .layer = 0};
constexpr TensorName kFirstKey = {.role = TensorRole::kAttentionKey,
                                  .layer = 0};

// What the tensors themselves show.
ModelSummary SummaryOfTensors(const WeightSource& source) {
  ModelSummary summary;
  uint64_t query_rows = 0;
  uint64_t key_rows = 0;
  for (const SourceTensor& tensor : source.tensors) {
    const std::optional<uint64_t> layer = LayerOf(tensor.name);
    if (!layer.has_value()) continue;
    summary.layers = std::max(summary.layers, *layer + 1);
    if (tensor.shape.size() == 3 && absl::StrContains(tensor.name, "_exps.")) {
      summary.experts = std::max(summary.experts, tensor.shape[0]);
    }
    const std::optional<TensorName> name = ParseGgufName(tensor.name);
    if (name == kFirstQuery) query_rows = tensor.rows();
    if (name == kFirstKey) key_rows = tensor.rows();
  }
  if (key_rows != 0) {
    summary.heads_per_kv_head = std::max<uint64_t>(query_rows / key_rows, 1);
  }
  return summary;
}

}  // namespace

std::vector<TensorSummary> SummarizeTensors(const WeightSource& source) {
  std::vector<TensorSummary> summaries;
  summaries.reserve(source.tensors.size());
  for (const SourceTensor& tensor : source.tensors) {
    summaries.push_back({tensor.name, tensor.type, tensor.shape});
  }
  return summaries;
}

bool HasTiedEmbeddings(absl::Span<const TensorSummary> tensors) {
  return std::none_of(tensors.begin(), tensors.end(),
                      [](const TensorSummary& tensor) {
                        return MixClassOf(tensor.name) == MixClass::kOutput;
                      });
}

ModelSummary SummarizeModel(const WeightSource& source) {
  ModelSummary summary = SummaryOfTensors(source);
  if (!source.model.has_value()) return summary;
  const ModelConfig& model = *source.model;
  summary.architecture = model.model_type();
  // The configuration need not count layers that predict further tokens.
  summary.layers = std::max(summary.layers, model.num_hidden_layers());
  if (model.num_experts() != 0) summary.experts = model.num_experts();
  const uint64_t heads = model.num_attention_heads();
  const uint64_t kv_heads = model.num_key_value_heads();
  if (heads != 0 && kv_heads != 0) summary.heads_per_kv_head = heads / kv_heads;
  return summary;
}

}  // namespace tessera
