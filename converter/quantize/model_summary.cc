#include "converter/quantize/model_summary.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "converter/quantize/mix_class.h"
#include "formats/gguf/gguf_value.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// Metadata of the source, or of what the source was made from.
class Metadata {
 public:
  explicit Metadata(const WeightSource& source) {
    for (const SourceMetadata& entry : source.metadata) {
      entries_.push_back(&entry);
    }
    if (!entries_.empty() || !source.origin.has_value()) return;
    for (const SourceMetadata& entry : source.origin->metadata()) {
      entries_.push_back(&entry);
    }
  }

  std::string Text(absl::string_view key) const {
    const std::optional<GgufValue> value = Find(key);
    if (!value.has_value()) return "";
    const auto text = value->GetString();
    return text.ok() ? std::string(*text) : "";
  }

  // A number, or the first of a list with one for each layer.
  std::optional<uint64_t> Number(absl::string_view key) const {
    const std::optional<GgufValue> value = Find(key);
    if (!value.has_value()) return std::nullopt;
    if (!value->is_array()) {
      const auto number = value->GetUint();
      return number.ok() ? std::optional<uint64_t>(*number) : std::nullopt;
    }
    const auto numbers = value->GetUintArray();
    if (!numbers.ok() || numbers->empty()) return std::nullopt;
    return numbers->front();
  }

 private:
  std::optional<GgufValue> Find(absl::string_view key) const {
    for (const SourceMetadata* entry : entries_) {
      if (entry->key() != key) continue;
      const std::string& raw = entry->value();
      auto value = GgufValue::FromRaw(
          entry->type(),
          absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(raw.data()),
                              raw.size()));
      if (value.ok()) return *std::move(value);
    }
    return std::nullopt;
  }

  std::vector<const SourceMetadata*> entries_;
};

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
  if (source.model.has_value()) {
    summary.architecture = source.model->model_type();
    summary.layers =
        std::max(summary.layers, source.model->num_hidden_layers());
  }
  const Metadata metadata(source);
  const std::string architecture = metadata.Text("general.architecture");
  if (architecture.empty()) return summary;
  const auto number = [&](absl::string_view key) {
    return metadata.Number(absl::StrCat(architecture, ".", key));
  };
  summary.architecture = architecture;
  summary.layers = number("block_count").value_or(summary.layers);
  summary.experts = number("expert_count").value_or(summary.experts);
  const uint64_t heads = number("attention.head_count").value_or(0);
  const uint64_t kv_heads = number("attention.head_count_kv").value_or(heads);
  if (heads != 0 && kv_heads != 0) summary.heads_per_kv_head = heads / kv_heads;
  return summary;
}

}  // namespace tessera
