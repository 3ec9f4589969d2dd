#include "converter/source/hf_tokenizer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/hf_pretokenizer.h"
#include "converter/source/hf_token_roles.h"
#include "formats/arena/token_type.h"
#include "formats/json/json_document.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

// Real vocabularies are padded by a few hundred; more would only let a small
// file ask for much memory.
constexpr uint64_t kMaxUnusedTokens = uint64_t{1} << 20;

absl::Status Damaged(absl::string_view problem) {
  return absl::DataLossError(absl::StrCat("tokenizer.json: ", problem));
}

// `status`, of a value, with the value's name in front.
absl::Status Named(absl::string_view name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("tokenizer.json: ", name, " ",
                                                  status.message()));
}

absl::StatusOr<JsonDocument> ParseFile(absl::string_view name,
                                       absl::string_view text) {
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text);
  if (!document.ok()) {
    return absl::DataLossError(
        absl::StrCat(name, " ", document.status().message()));
  }
  if (document->root().is_object()) return document;
  return absl::DataLossError(absl::StrCat(name, " is no JSON object"));
}

struct Token {
  absl::string_view text;
  uint64_t id = 0;
  TokenType type = TokenType::kNormal;
};

// Refuses models that are no byte-level BPE.
absl::StatusOr<JsonValue> FindBpeModel(JsonValue tokenizer) {
  const auto model = FindMember(tokenizer, "model");
  if (!model.has_value()) return Damaged("no model");
  const absl::string_view type = FindText(*model, "type");
  // Files of before 2022 have no type; merges are what makes a BPE.
  const bool untyped_bpe =
      type.empty() && FindMember(*model, "merges").has_value();
  if (type != "BPE" && !untyped_bpe) {
    return absl::UnimplementedError(
        absl::StrCat("tokenizer.json: model type ", Quoted(type),
                     " is not supported; byte-level 'BPE' is"));
  }
  if (FindBool(*model, "byte_fallback").value_or(false)) {
    return absl::UnimplementedError(
        "tokenizer.json: BPE with byte_fallback is not supported; convert from "
        "a GGUF file");
  }
  for (const absl::string_view key :
       {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!FindText(*model, key).empty()) {
      return absl::UnimplementedError(
          absl::StrCat("tokenizer.json: BPE with ", key, " is not supported"));
    }
  }
  return *model;
}

absl::StatusOr<std::vector<Token>> ReadVocabulary(JsonValue model) {
  const auto vocab = FindMember(model, "vocab");
  if (!vocab.has_value()) return Damaged("model has no vocab");
  const auto members = JsonMembers(*vocab);
  if (!members.ok()) return Named("vocab", members.status());
  std::vector<Token> tokens;
  tokens.reserve(members->size());
  for (const JsonMember& member : *members) {
    const absl::StatusOr<uint64_t> id = JsonUint(member.value);
    if (!id.ok()) {
      return Named(absl::StrCat("vocab's ", Quoted(member.key)), id.status());
    }
    tokens.push_back({member.key, *id, TokenType::kNormal});
  }
  return tokens;
}

absl::StatusOr<Token> ReadAddedToken(JsonValue entry) {
  const auto content = FindMember(entry, "content");
  const auto number = FindMember(entry, "id");
  if (!content.has_value() || !number.has_value()) {
    return Damaged("an added token has no id or no content");
  }
  const absl::StatusOr<absl::string_view> text = JsonString(*content);
  if (!text.ok()) return Named("an added token's content", text.status());
  const absl::StatusOr<uint64_t> id = JsonUint(*number);
  if (!id.ok()) return Named("an added token's id", id.status());
  const bool special = FindBool(entry, "special").value_or(false);
  return Token{*text, *id,
               special ? TokenType::kControl : TokenType::kUserDefined};
}

// Adds added_tokens to `tokens`. One that is in the vocabulary already only
// changes its type.
absl::Status ReadAddedTokens(JsonValue tokenizer, std::vector<Token>* tokens) {
  const auto list = FindMember(tokenizer, "added_tokens");
  if (!list.has_value()) return absl::OkStatus();
  const auto entries = JsonElements(*list);
  if (!entries.ok()) return Named("added_tokens", entries.status());
  absl::flat_hash_map<absl::string_view, size_t> index;
  for (size_t i = 0; i < tokens->size(); ++i) index[(*tokens)[i].text] = i;
  for (const JsonValue entry : *entries) {
    TESSERA_ASSIGN_OR_RETURN(const Token token, ReadAddedToken(entry));
    const auto [known, is_new] = index.emplace(token.text, tokens->size());
    if (is_new) {
      tokens->push_back(token);
      continue;
    }
    Token& same = (*tokens)[known->second];
    if (same.id != token.id) {
      return Damaged(absl::StrCat("added token ", Quoted(token.text),
                                  " has id ", token.id, ", but occurs with id ",
                                  same.id, " too"));
    }
    same.type = token.type;
  }
  return absl::OkStatus();
}

// The tokens by id, holes filled up to `vocab_size`.
absl::Status SetTokens(std::vector<Token> tokens, uint64_t vocab_size,
                       TokenizerData* data) {
  std::sort(tokens.begin(), tokens.end(),
            [](const Token& a, const Token& b) { return a.id < b.id; });
  if (tokens.empty()) return Damaged("the vocabulary is empty");
  const Token& last = tokens.back();
  if (vocab_size == 0) vocab_size = last.id + 1;
  if (last.id >= vocab_size) {
    return Damaged(absl::StrCat("token ", Quoted(last.text), " has id ",
                                last.id, ", but vocab_size is ", vocab_size));
  }
  if (vocab_size > tokens.size() + kMaxUnusedTokens) {
    return Damaged(absl::StrCat(tokens.size(), " tokens for a vocab_size of ",
                                vocab_size));
  }
  const auto append = [&](absl::string_view text, TokenType type) {
    data->mutable_token_text()->append(text.data(), text.size());
    data->add_token_length(static_cast<uint32_t>(text.size()));
    data->mutable_token_type()->push_back(static_cast<char>(type));
  };
  size_t next = 0;
  for (uint64_t id = 0; id < vocab_size; ++id) {
    if (next == tokens.size() || tokens[next].id != id) {
      append(absl::StrCat("[PAD", id, "]"), TokenType::kUnused);
      continue;
    }
    append(tokens[next].text, tokens[next].type);
    if (++next < tokens.size() && tokens[next].id == id) {
      return Damaged(absl::StrCat("tokens ", Quoted(tokens[next - 1].text),
                                  " and ", Quoted(tokens[next].text),
                                  " both have id ", id));
    }
  }
  return absl::OkStatus();
}

// Splits "left right", or takes ["left", "right"].
absl::StatusOr<std::pair<absl::string_view, absl::string_view>> ReadMerge(
    JsonValue merge) {
  if (merge.is_array()) {
    TESSERA_ASSIGN_OR_RETURN(const auto sides, JsonElements(merge));
    if (sides.size() == 2 && sides[0].is_string() && sides[1].is_string()) {
      return std::make_pair(*JsonString(sides[0]), *JsonString(sides[1]));
    }
    return absl::DataLossError("is not two texts");
  }
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view text, JsonString(merge));
  const size_t space = text.find(' ');
  if (space == absl::string_view::npos ||
      absl::StrContains(text.substr(space + 1), ' ')) {
    return absl::DataLossError(
        absl::StrCat("is ", Quoted(text), ", expected two tokens"));
  }
  return std::make_pair(text.substr(0, space), text.substr(space + 1));
}

absl::Status SetMerges(JsonValue model, const HfTokenIds& ids,
                       TokenizerData* data) {
  const auto list = FindMember(model, "merges");
  if (!list.has_value()) return Damaged("model has no merges");
  const auto merges = JsonElements(*list);
  if (!merges.ok()) return Named("merges", merges.status());
  data->mutable_merge_left()->Reserve(static_cast<int>(merges->size()));
  data->mutable_merge_right()->Reserve(static_cast<int>(merges->size()));
  for (size_t i = 0; i < merges->size(); ++i) {
    const auto sides = ReadMerge((*merges)[i]);
    if (!sides.ok()) return Named(absl::StrCat("merge ", i), sides.status());
    const auto left = ids.find(sides->first);
    const auto right = ids.find(sides->second);
    if (left == ids.end() || right == ids.end() ||
        !ids.contains(absl::StrCat(sides->first, sides->second))) {
      return Damaged(absl::StrCat("merge ", i, " of ", Quoted(sides->first),
                                  " and ", Quoted(sides->second),
                                  " is not in the vocabulary"));
    }
    data->add_merge_left(left->second);
    data->add_merge_right(right->second);
  }
  return absl::OkStatus();
}

HfTokenIds IdsByText(const std::vector<Token>& tokens) {
  HfTokenIds ids;
  ids.reserve(tokens.size());
  for (const Token& token : tokens) {
    ids.emplace(token.text, static_cast<uint32_t>(token.id));
  }
  return ids;
}

// Parses a file that need not exist.
absl::Status ParseOptional(absl::string_view name, absl::string_view text,
                           std::optional<JsonDocument>* document,
                           std::optional<JsonValue>* root) {
  if (text.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(*document, ParseFile(name, text));
  *root = (*document)->root();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TokenizerData> TokenizerFromHuggingFace(
    const HfTokenizerFiles& files) {
  TESSERA_ASSIGN_OR_RETURN(const JsonDocument document,
                           ParseFile("tokenizer.json", files.tokenizer));
  const JsonValue tokenizer = document.root();
  TESSERA_ASSIGN_OR_RETURN(const JsonValue model, FindBpeModel(tokenizer));
  TokenizerData data;
  data.set_kind(TokenizerData::KIND_BYTE_LEVEL_BPE);
  TESSERA_ASSIGN_OR_RETURN(*data.mutable_pre_tokenizer(),
                           HfPretokenizerName(tokenizer));
  data.set_ignore_merges(FindBool(model, "ignore_merges").value_or(false));

  TESSERA_ASSIGN_OR_RETURN(std::vector<Token> tokens, ReadVocabulary(model));
  TESSERA_RETURN_IF_ERROR(ReadAddedTokens(tokenizer, &tokens));
  TESSERA_RETURN_IF_ERROR(SetTokens(tokens, files.vocab_size, &data));
  const HfTokenIds ids = IdsByText(tokens);
  TESSERA_RETURN_IF_ERROR(SetMerges(model, ids, &data));

  HfRoleSources roles;
  roles.tokenizer = tokenizer;
  roles.bos_token_id = files.bos_token_id;
  roles.eos_token_ids = files.eos_token_ids;
  std::optional<JsonDocument> tokenizer_config;
  std::optional<JsonDocument> generation_config;
  TESSERA_RETURN_IF_ERROR(
      ParseOptional("tokenizer_config.json", files.tokenizer_config,
                    &tokenizer_config, &roles.tokenizer_config));
  TESSERA_RETURN_IF_ERROR(
      ParseOptional("generation_config.json", files.generation_config,
                    &generation_config, &roles.generation_config));
  TESSERA_RETURN_IF_ERROR(SetHfTokenRoles(roles, ids, &data));
  return data;
}

}  // namespace tessera
