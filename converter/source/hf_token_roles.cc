#include "converter/source/hf_token_roles.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "converter/source/end_of_generation.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

// A class of tokenizers that transformers knows, with the special tokens that
// it has where the configuration says nothing.
struct KnownClass {
  absl::string_view name;
  absl::string_view bos;
  absl::string_view eos;
  bool writes_template = false;  // whatever the post-processor is
};
constexpr KnownClass kKnownClasses[] = {
    {"LlamaTokenizer", "<s>", "</s>", true},
    {"CodeLlamaTokenizer", "<s>", "</s>", true},
    {"GemmaTokenizer", "<bos>", "<eos>", true},
    {"CohereTokenizer", "<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>", true},
    {"GPT2Tokenizer", "<|endoftext|>", "<|endoftext|>"},
    {"CodeGenTokenizer", "<|endoftext|>", "<|endoftext|>"},
    {"Qwen2Tokenizer", "", "<|endoftext|>"},
};

absl::StatusOr<uint32_t> CheckId(absl::string_view where, uint64_t id,
                                 const TokenizerData& data) {
  const int tokens = data.token_length_size();
  if (id < static_cast<uint64_t>(tokens)) return static_cast<uint32_t>(id);
  return absl::DataLossError(
      absl::StrCat(where, " is ", id, ", but there are ", tokens, " tokens"));
}

// The ids under `key` of generation_config.json: one, or a list.
absl::StatusOr<std::vector<uint32_t>> IdsByNumber(
    const std::optional<JsonValue>& config, absl::string_view key,
    const TokenizerData& data) {
  std::vector<uint32_t> ids;
  const auto value = config.has_value() ? FindMember(*config, key)
                                        : std::optional<JsonValue>();
  if (!value.has_value()) return ids;
  const std::string where = absl::StrCat("generation_config.json: ", key);
  std::vector<JsonValue> elements = {*value};
  if (value->is_array()) {
    TESSERA_ASSIGN_OR_RETURN(elements, JsonElements(*value));
  }
  for (const JsonValue element : elements) {
    const absl::StatusOr<uint64_t> number = JsonUint(element);
    if (!number.ok()) {
      return absl::DataLossError(
          absl::StrCat(where, " ", number.status().message()));
    }
    TESSERA_ASSIGN_OR_RETURN(const uint32_t id, CheckId(where, *number, data));
    ids.push_back(id);
  }
  return ids;
}

const KnownClass* FindClass(const HfTokenizerConfig& config) {
  if (!config.tokenizer_config.has_value()) return nullptr;
  const absl::string_view name = absl::StripSuffix(
      FindText(*config.tokenizer_config, "tokenizer_class"), "Fast");
  for (const KnownClass& known : kKnownClasses) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

class RoleSetter {
 public:
  RoleSetter(const HfRoleSources& sources, const HfVocabulary& vocabulary,
             TokenizerData* data)
      : sources_(sources),
        vocabulary_(vocabulary),
        data_(data),
        class_(FindClass(sources.config)) {}

  absl::Status Set();

 private:
  std::optional<uint32_t> ByText(absl::string_view role) const;
  std::optional<bool> Configured(absl::string_view key) const;
  absl::StatusOr<HfTemplate> Around() const;
  absl::Status SetBegin(const HfTemplate& around);
  absl::Status SetEnds(const HfTemplate& around);
  absl::Status SetAround(const HfTemplate& around);

  const HfRoleSources& sources_;
  const HfVocabulary& vocabulary_;
  TokenizerData* const data_;
  const KnownClass* const class_;
};

std::optional<uint32_t> RoleSetter::ByText(absl::string_view role) const {
  absl::string_view text = sources_.config.SpecialText(role);
  const auto& config = sources_.config.tokenizer_config;
  const std::string_view key(role.data(), role.size());
  const bool is_said =
      config.has_value() && config->at_key(key).error() == simdjson::SUCCESS;
  if (text.empty() && class_ != nullptr && !is_said) {
    if (role == "bos_token") text = class_->bos;
    if (role == "eos_token") text = class_->eos;
  }
  return text.empty() ? std::nullopt : vocabulary_.Find(text);
}

std::optional<bool> RoleSetter::Configured(absl::string_view key) const {
  const auto& config = sources_.config.tokenizer_config;
  return config.has_value() ? FindBool(*config, key) : std::nullopt;
}

// What stands around a text in the end.
absl::StatusOr<HfTemplate> RoleSetter::Around() const {
  HfTemplate around = sources_.around;
  std::optional<bool> add_bos = Configured("add_bos_token");
  std::optional<bool> add_eos = Configured("add_eos_token");
  // Byte-level files that say they are of Llama's class (DeepSeek's) are not:
  // their ids are those of the file.
  const bool is_misnamed = class_ != nullptr &&
                           absl::StrContains(class_->name, "Llama") &&
                           data_->kind() == TokenizerData::KIND_BYTE_LEVEL_BPE;
  if (is_misnamed && sources_.class_keeps_template) return around;
  const bool writes =
      class_ != nullptr && class_->writes_template && !is_misnamed;
  if (writes) around = {};
  if (!writes && sources_.class_keeps_template) return around;
  const auto decide = [&](absl::string_view role, std::optional<bool> add,
                          bool is_required, std::vector<uint32_t>* ids) {
    if (!add.has_value()) return absl::OkStatus();
    if (*add && !ids->empty()) return absl::OkStatus();
    ids->clear();
    if (!*add) return absl::OkStatus();
    const std::optional<uint32_t> id = ByText(role);
    if (id.has_value()) {
      ids->push_back(*id);
    } else if (is_required) {
      return absl::DataLossError(absl::StrCat("tokenizer_config.json: add_",
                                              role,
                                              " is true, but there is no such "
                                              "token"));
    }
    return absl::OkStatus();
  };
  const bool by_class = writes && !add_bos.has_value();
  if (by_class) add_bos = true;
  TESSERA_RETURN_IF_ERROR(
      decide("bos_token", add_bos, !by_class, &around.before));
  TESSERA_RETURN_IF_ERROR(decide("eos_token", add_eos, true, &around.after));
  return around;
}

absl::Status RoleSetter::SetBegin(const HfTemplate& around) {
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<uint32_t> generation,
      IdsByNumber(sources_.generation_config, "bos_token_id", *data_));
  std::optional<uint32_t> bos;
  if (around.before.size() == 1) bos = around.before.front();
  if (!bos.has_value()) bos = ByText("bos_token");
  if (!bos.has_value() && !generation.empty()) bos = generation.front();
  if (!bos.has_value() && sources_.bos_token_id.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(bos, CheckId("config.json: bos_token_id",
                                          *sources_.bos_token_id, *data_));
  }
  if (bos.has_value()) data_->set_bos_id(*bos);
  return absl::OkStatus();
}

absl::Status RoleSetter::SetEnds(const HfTemplate& around) {
  std::vector<uint32_t> ends;
  if (around.after.size() == 1) ends.push_back(around.after.front());
  const auto by_text = ByText("eos_token");
  if (by_text.has_value()) ends.push_back(*by_text);
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<uint32_t> generation,
      IdsByNumber(sources_.generation_config, "eos_token_id", *data_));
  ends.insert(ends.end(), generation.begin(), generation.end());
  for (const uint32_t id : sources_.eos_token_ids) {
    TESSERA_ASSIGN_OR_RETURN(const uint32_t checked,
                             CheckId("config.json: eos_token_id", id, *data_));
    ends.push_back(checked);
  }
  if (!ends.empty()) data_->set_eos_id(ends.front());
  SetEndOfGeneration(std::move(ends), data_);
  return absl::OkStatus();
}

absl::Status RoleSetter::SetAround(const HfTemplate& around) {
  for (const auto& ids : {around.before, around.after}) {
    for (const uint32_t id : ids) {
      TESSERA_RETURN_IF_ERROR(
          CheckId("tokenizer.json: post_processor's id", id, *data_).status());
    }
  }
  if (around.before.size() > 1 || around.after.size() > 1) {
    data_->mutable_prefix_id()->Add(around.before.begin(), around.before.end());
    data_->mutable_suffix_id()->Add(around.after.begin(), around.after.end());
  } else {
    data_->set_add_bos(!around.before.empty());
    data_->set_add_eos(!around.after.empty());
  }
  return absl::OkStatus();
}

absl::Status RoleSetter::Set() {
  TESSERA_ASSIGN_OR_RETURN(const HfTemplate around, Around());
  TESSERA_RETURN_IF_ERROR(SetAround(around));
  TESSERA_RETURN_IF_ERROR(SetBegin(around));
  TESSERA_RETURN_IF_ERROR(SetEnds(around));
  const auto padding = ByText("pad_token");
  if (padding.has_value()) data_->set_padding_id(*padding);
  const auto unknown = ByText("unk_token");
  if (unknown.has_value() && !data_->has_unknown_id()) {
    data_->set_unknown_id(*unknown);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SetHfTokenRoles(const HfRoleSources& sources,
                             const HfVocabulary& vocabulary,
                             TokenizerData* data) {
  return RoleSetter(sources, vocabulary, data).Set();
}

}  // namespace tessera
