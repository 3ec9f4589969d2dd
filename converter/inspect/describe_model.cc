#include "converter/inspect/describe_model.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/counted.h"
#include "base/quoted.h"
#include "converter/inspect/describe_tokenizer.h"
#include "converter/source/attached_json.h"
#include "formats/gguf/gguf_value.h"
#include "formats/json/json_member.h"
#include "formats/model/architecture.h"
#include "formats/model/supported_graph.h"

namespace tessera {
namespace {

// More than any model has, and few enough to read.
constexpr size_t kMaxWarnings = 20;
constexpr int kMaxEnds = 4;

// What a GGUF file says under `key`, or the one that an arena was made from; ""
// if nothing, or no text.
std::string GgufText(const WeightSource& source, absl::string_view key) {
  const auto find = [&](const auto& metadata) -> std::string {
    for (const SourceMetadata& entry : metadata) {
      if (entry.key() != key) continue;
      const auto* raw = reinterpret_cast<const uint8_t*>(entry.value().data());
      const auto value = GgufValue::FromRaw(
          entry.type(), absl::MakeConstSpan(raw, entry.value().size()));
      if (!value.ok()) return "";
      return std::string(value->GetString().value_or(""));
    }
    return "";
  };
  return source.origin.has_value() ? find(source.origin->metadata())
                                   : find(source.metadata);
}

// The same for config.json.
std::string ConfigText(const std::optional<JsonDocument>& config,
                       absl::string_view key) {
  if (!config.has_value()) return "";
  return std::string(FindText(config->root(), key));
}

std::string FirstOf(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return "";
}

class Describer {
 public:
  explicit Describer(const WeightSource& source)
      : source_(source),
        config_(AttachedJson(source.attachments, "config.json")) {}

  ModelDescription Describe();

 private:
  void AddNames();
  void AddSizes();
  void AddTokenizer();
  void AddEnds();
  void AddSpecial(absl::string_view role, uint32_t id, bool added);
  void AddWarnings();
  std::string WhyNot() const;

  const WeightSource& source_;
  const std::optional<JsonDocument> config_;
  const Architecture* architecture_ = nullptr;
  ModelDescription result_;
};

void Describer::AddNames() {
  result_.architecture =
      FirstOf({source_.model.has_value() ? source_.model->model_type() : "",
               GgufText(source_, "general.architecture"),
               ConfigText(config_, "model_type")});
  architecture_ = FindArchitecture(result_.architecture);
  result_.architecture_known = architecture_ != nullptr;
  result_.name = FirstOf({GgufText(source_, "general.name"),
                          GgufText(source_, "general.basename"),
                          ConfigText(config_, "_name_or_path")});
  result_.license = FirstOf({GgufText(source_, "general.license.name"),
                             GgufText(source_, "general.license"),
                             ConfigText(config_, "license")});
  result_.license_link = GgufText(source_, "general.license.link");
}

void Describer::AddSizes() {
  if (!source_.model.has_value()) return;
  const ModelConfig& model = *source_.model;
  result_.context_length = model.max_position_embeddings();
  result_.rope_scaling = model.rope_scaling().rope_type();
  result_.rope_scaling_factor = model.rope_scaling().factor();
  result_.sliding_window = model.sliding_window();
  result_.layers = model.num_hidden_layers();
  result_.hidden_size = model.hidden_size();
  result_.heads = model.num_attention_heads();
  result_.kv_heads = model.num_key_value_heads();
  result_.head_size = model.head_dim();
  result_.vocabulary = model.vocab_size();
  result_.experts = model.num_experts();
  result_.experts_used = model.num_experts_per_tok();
}

void Describer::AddSpecial(absl::string_view role, uint32_t id, bool added) {
  result_.special_tokens.push_back(
      {std::string(role), id, TokenText(*source_.tokenizer, id), added});
}

void Describer::AddEnds() {
  const TokenizerData& tokenizer = *source_.tokenizer;
  int ends = 0;
  for (const uint32_t id : tokenizer.end_of_generation_id()) {
    if (tokenizer.has_eos_id() && id == tokenizer.eos_id()) continue;
    if (++ends <= kMaxEnds) AddSpecial("end", id, false);
  }
}

void Describer::AddTokenizer() {
  if (!source_.tokenizer.has_value()) {
    // The readers of tokenizers say why they gave up.
    for (const std::string& note : source_.notes) {
      if (!absl::StrContains(note, "tokenizer")) continue;
      result_.no_tokenizer = note;
      break;
    }
    return;
  }
  const TokenizerData& tokenizer = *source_.tokenizer;
  result_.tokenizer = std::string(TokenizerKindName(tokenizer.kind()));
  result_.tokens = static_cast<uint64_t>(tokenizer.token_length_size());
  if (tokenizer.has_bos_id()) {
    AddSpecial("begin", tokenizer.bos_id(), tokenizer.add_bos());
  }
  if (tokenizer.has_eos_id()) {
    AddSpecial("end", tokenizer.eos_id(), tokenizer.add_eos());
  }
  AddEnds();
  if (tokenizer.has_unknown_id()) {
    AddSpecial("unknown", tokenizer.unknown_id(), false);
  }
  if (tokenizer.has_padding_id()) {
    AddSpecial("padding", tokenizer.padding_id(), false);
  }
  if (!tokenizer.chat_template().empty()) {
    result_.chat_templates.push_back({"", tokenizer.chat_template().size()});
  }
  for (const auto& named : tokenizer.named_chat_template()) {
    result_.chat_templates.push_back({named.name(), named.text().size()});
  }
}

// In the order in which the runner finds out.
std::string Describer::WhyNot() const {
  if (source_.tensors_only) {
    return "it was made with --tensors_only: it holds tensors, not a model";
  }
  if (source_.tensors.empty()) return "it holds a vocabulary and no weights";
  if (result_.architecture.empty()) {
    return "it holds tensors alone, without a model configuration";
  }
  if (architecture_ == nullptr) {
    return absl::StrCat("architecture ", Quoted(result_.architecture),
                        " is not known to this version");
  }
  if (!source_.model.has_value()) return "its configuration cannot be read";
  const absl::Status supported = CheckGraphIsSupported(*source_.model);
  if (!supported.ok()) return std::string(supported.message());
  if (!source_.why_not_run.empty()) return source_.why_not_run;
  const auto unmapped =
      std::count_if(source_.tensors.begin(), source_.tensors.end(),
                    [](const SourceTensor& tensor) { return tensor.unmapped; });
  if (unmapped > 0) {
    return absl::StrCat(Counted(static_cast<uint64_t>(unmapped), "tensor"),
                        unmapped == 1 ? " has" : " have",
                        " no place in the architecture");
  }
  return source_.tokenizer.has_value() ? "" : "there is no tokenizer";
}

void Describer::AddWarnings() {
  absl::flat_hash_set<absl::string_view> seen;
  uint64_t more = 0;
  for (const std::string& note : source_.notes) {
    if (!seen.insert(note).second || note == result_.why_not ||
        note == result_.no_tokenizer) {
      continue;
    }
    if (result_.warnings.size() < kMaxWarnings) {
      result_.warnings.push_back(note);
    } else {
      ++more;
    }
  }
  if (more > 0) {
    result_.warnings.push_back(absl::StrCat("and ", WithCommas(more), " more"));
  }
}

ModelDescription Describer::Describe() {
  AddNames();
  AddSizes();
  AddTokenizer();
  result_.why_not = WhyNot();
  result_.runs = result_.why_not.empty();
  AddWarnings();
  return std::move(result_);
}

}  // namespace

ModelDescription DescribeModel(const WeightSource& source) {
  return Describer(source).Describe();
}

}  // namespace tessera
