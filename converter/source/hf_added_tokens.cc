#include "converter/source/hf_added_tokens.h"

#include <cstdint>
#include <map>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/hf_steps.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

// In the order in which transformers adds them.
constexpr absl::string_view kRoles[] = {"bos_token", "eos_token", "unk_token",
                                        "sep_token", "pad_token", "cls_token",
                                        "mask_token"};

// A token as an object. Where "normalized" is missing, special tokens are not.
HfAddedToken ReadToken(JsonValue entry) {
  HfAddedToken token;
  token.text = FindText(entry, "content");
  token.special = FindBool(entry, "special").value_or(false);
  const auto flag = [&](absl::string_view key, bool fallback, int bit) {
    return FindBool(entry, key).value_or(fallback) ? 1 << bit : 0;
  };
  token.flags = static_cast<uint8_t>(
      flag("lstrip", false, 0) | flag("rstrip", false, 1) |
      flag("single_word", false, 2) | flag("normalized", !token.special, 3));
  return token;
}

HfAddedToken SpecialToken(absl::string_view text) {
  HfAddedToken token;
  token.text = text;
  token.special = true;
  return token;
}

// The text of a token that is a text or an object.
absl::string_view TextOf(JsonValue object, absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(object, key);
  if (!value.has_value()) return "";
  return value->is_object() ? FindText(*value, "content")
                            : FindText(object, key);
}

bool HasDecoder(const HfTokenizerConfig& config) {
  return config.tokenizer_config.has_value() &&
         FindMember(*config.tokenizer_config, "added_tokens_decoder")
             .has_value();
}

// Of a list of texts or objects, or an object of texts.
std::vector<absl::string_view> ExtraTexts(const HfTokenizerConfig& config) {
  std::vector<absl::string_view> texts;
  for (const absl::string_view key :
       {"additional_special_tokens", "extra_special_tokens"}) {
    const auto value = config.tokenizer_config.has_value()
                           ? FindMember(*config.tokenizer_config, key)
                           : std::optional<JsonValue>();
    if (!value.has_value()) continue;
    const auto elements = JsonElements(*value);
    const auto members = JsonMembers(*value);
    if (elements.ok()) {
      for (const JsonValue element : *elements) {
        texts.push_back(element.is_object() ? FindText(element, "content")
                                            : JsonString(element).value_or(""));
      }
    } else if (members.ok()) {
      for (const JsonMember& member : *members) {
        texts.push_back(TextOf(*value, member.key));
      }
    }
  }
  return texts;
}

std::vector<absl::string_view> SpecialTexts(const HfTokenizerConfig& config) {
  std::vector<absl::string_view> texts;
  for (const absl::string_view role : kRoles) {
    texts.push_back(config.SpecialText(role));
  }
  for (const absl::string_view text : ExtraTexts(config)) {
    texts.push_back(text);
  }
  return texts;
}

// The tokens of {"<id>": {"content": ...}}, by id.
absl::StatusOr<std::map<uint64_t, HfAddedToken>> ReadDecoder(
    JsonValue decoder) {
  std::map<uint64_t, HfAddedToken> tokens;
  const auto members = JsonMembers(decoder);
  if (!members.ok()) {
    return absl::DataLossError(
        absl::StrCat("tokenizer_config.json: added_tokens_decoder ",
                     members.status().message()));
  }
  for (const JsonMember& member : *members) {
    uint64_t id;
    if (!absl::SimpleAtoi(member.key, &id) ||
        FindText(member.value, "content").empty()) {
      return absl::DataLossError(
          absl::StrCat("tokenizer_config.json: added_tokens_decoder's ",
                       Quoted(member.key), " is no id with a token"));
    }
    tokens[id] = ReadToken(member.value);
  }
  return tokens;
}

// The tokens of {"<text>": id}, by id.
absl::StatusOr<std::map<uint64_t, HfAddedToken>> ReadAddedTokensFile(
    JsonValue root, const absl::flat_hash_set<absl::string_view>& special) {
  std::map<uint64_t, HfAddedToken> tokens;
  const auto members = JsonMembers(root);
  if (!members.ok()) {
    return absl::DataLossError(
        absl::StrCat("added_tokens.json ", members.status().message()));
  }
  for (const JsonMember& member : *members) {
    const absl::StatusOr<uint64_t> id = JsonUint(member.value);
    if (!id.ok()) {
      return absl::DataLossError(
          absl::StrCat("added_tokens.json: ", Quoted(member.key), " ",
                       id.status().message()));
    }
    HfAddedToken& token = tokens[*id];
    token.text = member.key;
    token.special = special.contains(member.key);
    token.flags = token.special ? 0 : 1 << 3;
  }
  return tokens;
}

}  // namespace

absl::string_view HfTokenizerConfig::SpecialText(absl::string_view role) const {
  if (!HasDecoder(*this) && special_tokens_map.has_value()) {
    const absl::string_view text = TextOf(*special_tokens_map, role);
    if (!text.empty()) return text;
  }
  return tokenizer_config.has_value() ? TextOf(*tokenizer_config, role) : "";
}

absl::Status AddListedTokens(JsonValue tokenizer, HfVocabulary* vocabulary) {
  const auto list = FindMember(tokenizer, "added_tokens");
  if (!list.has_value()) return absl::OkStatus();
  const auto entries = JsonElements(*list);
  if (!entries.ok()) {
    return HfDamaged(absl::StrCat("added_tokens ", entries.status().message()));
  }
  for (const JsonValue entry : *entries) {
    const auto content = FindMember(entry, "content");
    const auto id = FindMember(entry, "id");
    if (!content.has_value() || !id.has_value()) {
      return HfDamaged("an added token without content or id");
    }
    const auto text = JsonString(*content);
    const auto number = JsonUint(*id);
    const absl::Status& status = text.ok() ? number.status() : text.status();
    if (!status.ok()) {
      return HfDamaged(absl::StrCat(
          "added token's ", text.ok() ? "id " : "content ", status.message()));
    }
    vocabulary->AddToken(ReadToken(entry));
  }
  return absl::OkStatus();
}

absl::Status AddConfiguredTokens(const HfTokenizerConfig& config,
                                 HfVocabulary* vocabulary) {
  const std::vector<absl::string_view> special = SpecialTexts(config);
  const absl::flat_hash_set<absl::string_view> is_special(special.begin(),
                                                          special.end());
  std::map<uint64_t, HfAddedToken> tokens;
  if (HasDecoder(config)) {
    TESSERA_ASSIGN_OR_RETURN(tokens,
                             ReadDecoder(*FindMember(*config.tokenizer_config,
                                                     "added_tokens_decoder")));
  } else if (config.added_tokens.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(
        tokens, ReadAddedTokensFile(*config.added_tokens, is_special));
  }
  for (auto& [id, token] : tokens) {
    token.special = token.special || is_special.contains(token.text);
    vocabulary->AddToken(token);
  }
  for (const absl::string_view text : special) {
    vocabulary->AddToken(SpecialToken(text));
  }
  return absl::OkStatus();
}

}  // namespace tessera
