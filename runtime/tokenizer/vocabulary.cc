#include "runtime/tokenizer/vocabulary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

absl::Status CountMismatch(absl::string_view list, size_t found,
                           size_t expected) {
  return absl::DataLossError(absl::StrCat("tokenizer: ", found, " ", list,
                                          ", expected ", expected,
                                          ", one per token"));
}

absl::Status CheckId(absl::string_view role, uint32_t id, int32_t size) {
  if (id < static_cast<uint32_t>(size)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("tokenizer: ", role, " is ", id,
                                          ", but there are ", size, " tokens"));
}

}  // namespace

size_t Vocabulary::Hash::operator()(absl::string_view text) const {
  return absl::Hash<absl::string_view>{}(text);
}

size_t Vocabulary::Hash::operator()(uint32_t id) const {
  return absl::Hash<absl::string_view>{}(vocabulary->Text(id));
}

bool Vocabulary::Equal::operator()(uint32_t a, uint32_t b) const {
  return vocabulary->Text(a) == vocabulary->Text(b);
}

bool Vocabulary::Equal::operator()(uint32_t a, absl::string_view b) const {
  return vocabulary->Text(a) == b;
}

absl::StatusOr<std::unique_ptr<Vocabulary>> Vocabulary::Create(
    const TokenizerData& data) {
  std::unique_ptr<Vocabulary> vocabulary(new Vocabulary);
  TESSERA_RETURN_IF_ERROR(vocabulary->CopyTexts(data));
  TESSERA_RETURN_IF_ERROR(vocabulary->CopyTypesAndScores(data));
  TESSERA_RETURN_IF_ERROR(vocabulary->CopyRoles(data));
  vocabulary->byte_tokens_are_text_ =
      data.kind() == TokenizerData::KIND_BYTE_LEVEL_BPE;
  vocabulary->BuildIndex();
  return vocabulary;
}

absl::Status Vocabulary::CopyTexts(const TokenizerData& data) {
  const int count = data.token_length_size();
  if (count == 0) return absl::DataLossError("tokenizer: no tokens");
  if (data.token_text().size() > std::numeric_limits<uint32_t>::max()) {
    return absl::DataLossError("tokenizer: more than 4 GiB of token texts");
  }
  begin_.reserve(static_cast<size_t>(count) + 1);
  begin_.push_back(0);
  uint64_t end = 0;
  for (const uint32_t length : data.token_length()) {
    end += length;  // at most 2^31 lengths of 32 bits
    begin_.push_back(static_cast<uint32_t>(end));
    longest_text_ = std::max<size_t>(longest_text_, length);
  }
  if (end != data.token_text().size()) {
    return absl::DataLossError(
        absl::StrCat("tokenizer: token lengths add up to ", end, ", but ",
                     data.token_text().size(), " bytes of text are stored"));
  }
  text_ = data.token_text();
  return absl::OkStatus();
}

absl::Status Vocabulary::CopyTypesAndScores(const TokenizerData& data) {
  const size_t count = data.token_length_size();
  type_ = data.token_type();
  if (!type_.empty() && type_.size() != count) {
    return CountMismatch("token types", type_.size(), count);
  }
  for (size_t id = 0; id < type_.size(); ++id) {
    const uint8_t type = static_cast<uint8_t>(type_[id]);
    if (type < kFirstTokenType || type > kLastTokenType) {
      return absl::DataLossError(absl::StrCat(
          "tokenizer: token ", id, " has type ", type, ", expected 1 to 6"));
    }
  }
  if (data.kind() != TokenizerData::KIND_SENTENCEPIECE &&
      data.kind() != TokenizerData::KIND_UNIGRAM) {
    return absl::OkStatus();
  }
  if (data.exact_token_score().empty()) {
    score_.assign(data.token_score().begin(), data.token_score().end());
  } else {
    score_.assign(data.exact_token_score().begin(),
                  data.exact_token_score().end());
  }
  if (score_.size() != count) {
    return CountMismatch("token scores", score_.size(), count);
  }
  for (size_t id = 0; id < count; ++id) {
    if (std::isnan(score_[id])) {
      return absl::DataLossError(absl::StrCat("tokenizer: the score of token ",
                                              id, " is not a number"));
    }
  }
  return absl::OkStatus();
}

absl::Status Vocabulary::CopyRoles(const TokenizerData& data) {
  if (data.has_bos_id()) {
    TESSERA_RETURN_IF_ERROR(CheckId("bos_id", data.bos_id(), size()));
  }
  if (data.has_eos_id()) {
    TESSERA_RETURN_IF_ERROR(CheckId("eos_id", data.eos_id(), size()));
    end_of_generation_.push_back(data.eos_id());
  }
  if (data.has_unknown_id()) {
    TESSERA_RETURN_IF_ERROR(CheckId("unknown_id", data.unknown_id(), size()));
    unknown_ = data.unknown_id();
  }
  if (data.has_padding_id()) {
    TESSERA_RETURN_IF_ERROR(CheckId("padding_id", data.padding_id(), size()));
  }
  for (const uint32_t id : data.end_of_generation_id()) {
    TESSERA_RETURN_IF_ERROR(CheckId("end_of_generation_id", id, size()));
    end_of_generation_.push_back(id);
  }
  std::sort(end_of_generation_.begin(), end_of_generation_.end());
  if (data.add_bos()) {
    if (!data.has_bos_id()) {
      return absl::DataLossError("tokenizer: add_bos is set, but no bos_id");
    }
    begin_of_text_ = {static_cast<int32_t>(data.bos_id())};
  }
  if (data.add_eos()) {
    if (!data.has_eos_id()) {
      return absl::DataLossError("tokenizer: add_eos is set, but no eos_id");
    }
    end_of_text_ = {static_cast<int32_t>(data.eos_id())};
  }
  TESSERA_RETURN_IF_ERROR(
      CopyTemplate("prefix_id", data.prefix_id(), &begin_of_text_));
  return CopyTemplate("suffix_id", data.suffix_id(), &end_of_text_);
}

absl::Status Vocabulary::CopyTemplate(
    absl::string_view role,
    const google::protobuf::RepeatedField<uint32_t>& ids,
    std::vector<int32_t>* result) {
  if (ids.empty()) return absl::OkStatus();
  for (const uint32_t id : ids) {
    TESSERA_RETURN_IF_ERROR(CheckId(role, id, size()));
  }
  result->assign(ids.begin(), ids.end());
  return absl::OkStatus();
}

bool Vocabulary::IsText(int32_t id) const {
  const TokenType type = Type(id);
  if (type == TokenType::kByte) return byte_tokens_are_text_;
  return type != TokenType::kControl && type != TokenType::kUnknown;
}

void Vocabulary::BuildIndex() {
  index_ = absl::flat_hash_set<uint32_t, Hash, Equal>(
      static_cast<size_t>(size()), Hash{this}, Equal{this});
  // Tokens of text first, so that others do not hide them.
  for (const bool texts : {true, false}) {
    for (int32_t id = 0; id < size(); ++id) {
      if (IsText(id) == texts && !Text(id).empty()) {
        index_.insert(static_cast<uint32_t>(id));
      }
    }
  }
}

std::optional<int32_t> Vocabulary::FindSpelling(absl::string_view text) const {
  const auto found = index_.find(text);
  if (found == index_.end()) return std::nullopt;
  return static_cast<int32_t>(*found);
}

std::optional<int32_t> Vocabulary::Find(absl::string_view text) const {
  const std::optional<int32_t> id = FindSpelling(text);
  return id.has_value() && IsText(*id) ? id : std::nullopt;
}

bool Vocabulary::IsEndOfGeneration(int32_t id) const {
  return std::binary_search(end_of_generation_.begin(),
                            end_of_generation_.end(), id);
}

}  // namespace tessera
