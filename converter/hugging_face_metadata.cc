#include "converter/hugging_face_metadata.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "converter/export_tokenizer.h"
#include "converter/gguf_file_type.h"
#include "converter/model_title.h"
#include "converter/size_label.h"
#include "converter/source/attached_json.h"
#include "converter/source/gguf_tokenizer.h"
#include "converter/source/hf_separator.h"
#include "formats/json/json_member.h"
#include "formats/json/message_utf8.h"
#include "formats/model/gguf_config.h"
#include "formats/model/leave_out_unsaid.h"
#include "simdjson.h"

namespace tessera {
namespace {

// From the "org/name" of config.json.
std::string ConfiguredName(const std::optional<JsonDocument>& config) {
  if (!config.has_value()) return "";
  const absl::string_view id = FindText(config->root(), "_name_or_path");
  if (std::count(id.begin(), id.end(), '/') > 1) return "";
  return ModelTitle(id.substr(id.find('/') + 1));
}

// The name of the model in "models--owner--name/snapshots/HASH", as the cache
// of the Hugging Face Hub has it; that of any other folder.
std::string NameOfFolder(const std::filesystem::path& folder) {
  const std::filesystem::path parent = folder.parent_path();
  if (parent.filename() != "snapshots") return folder.filename().string();
  const std::string model = parent.parent_path().filename().string();
  const size_t separator = model.rfind("--");
  return separator == std::string::npos ? model : model.substr(separator + 2);
}

std::string NameOf(const WeightSource& arena,
                   const std::optional<JsonDocument>& config) {
  std::string name = ConfiguredName(config);
  if (!name.empty() || arena.files.empty()) return name;
  const std::filesystem::path file =
      std::filesystem::absolute(arena.files[0].path());
  return ModelTitle(AsUtf8(arena.format == "huggingface"
                               ? NameOfFolder(file.parent_path())
                               : file.stem().string()));
}

void AppendText(absl::string_view key, const std::string& text,
                GgufMetadata* metadata) {
  if (!text.empty()) metadata->Append(key, GgufValue::String(text));
}

// What generation_config.json recommends, as readers of GGUF take it.
void AppendSampling(const WeightSource& arena, GgufMetadata* metadata) {
  const auto file = AttachedJson(arena.attachments, "generation_config.json");
  if (!file.has_value()) return;
  if (const auto top_k = FindMember(file->root(), "top_k"); top_k.has_value()) {
    const absl::StatusOr<uint64_t> count = JsonUint(*top_k);
    if (count.ok() && *count <= INT32_MAX) {
      metadata->Append("general.sampling.top_k",
                       GgufValue::Scalar(static_cast<int32_t>(*count)));
    }
  }
  constexpr std::pair<absl::string_view, absl::string_view> kNumbers[] = {
      {"top_p", "general.sampling.top_p"},
      {"min_p", "general.sampling.min_p"},
      {"temperature", "general.sampling.temp"},
  };
  for (const auto& [key, gguf_key] : kNumbers) {
    const std::optional<JsonValue> value = FindMember(file->root(), key);
    double number = 0;
    if (!value.has_value() || value->get(number) != simdjson::SUCCESS) continue;
    metadata->Append(gguf_key, GgufValue::Scalar(static_cast<float>(number)));
  }
}

// True too if there is no configuration to ask.
bool SaysHeadSize(const std::optional<JsonDocument>& config) {
  if (!config.has_value()) return true;
  const auto text = FindMember(config->root(), "text_config");
  return FindMember(text.value_or(config->root()), "head_dim").has_value();
}

// All that is known, whether it makes a model or not.
void AppendModel(const WeightSource& arena,
                 const std::optional<JsonDocument>& config,
                 GgufMetadata* metadata) {
  if (arena.model.has_value()) {
    AppendText(kArchitectureKey, arena.model->model_type(), metadata);
  }
  AppendText("general.type", "model", metadata);
  AppendSampling(arena, metadata);
  AppendText("general.name", NameOf(arena, config), metadata);
  AppendText("general.size_label", SizeLabel(arena.tensors), metadata);
  if (arena.model.has_value() && !arena.model->model_type().empty()) {
    AppendModelConfig(*arena.model, metadata);
  }
}

void AppendSeparator(const WeightSource& arena, GgufMetadata* metadata) {
  const auto tokenizer = AttachedJson(arena.attachments, "tokenizer.json");
  if (!tokenizer.has_value()) return;
  const auto config = AttachedJson(arena.attachments, "tokenizer_config.json");
  const std::optional<bool> adds = HfAddsSeparator(
      tokenizer->root(),
      config.has_value() ? std::make_optional(config->root()) : std::nullopt);
  if (adds.has_value()) {
    metadata->Append("tokenizer.ggml.add_sep_token", GgufValue::Scalar(*adds));
  }
}

}  // namespace

GgufMetadata HuggingFaceMetadata(const WeightSource& arena,
                                 std::optional<uint32_t> file_type) {
  GgufMetadata metadata;
  const auto config = AttachedJson(arena.attachments, "config.json");
  AppendModel(arena, config, &metadata);
  if (file_type.has_value()) {
    metadata.Append(kGgufFileTypeKey, GgufValue::Scalar(*file_type));
  }
  metadata.Append("general.quantization_version",
                  GgufValue::Scalar(kGgufQuantizationVersion));
  if (const auto form = ExportedTokenizer(arena); form.has_value()) {
    AppendTokenizer(*form, &metadata);
    AppendSeparator(arena, &metadata);
  }
  return LeaveOutUnsaid(std::move(metadata), SaysHeadSize(config));
}

}  // namespace tessera
