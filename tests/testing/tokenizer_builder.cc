#include "tests/testing/tokenizer_builder.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/byte_level.h"

namespace tessera {

TokenizerBuilder TokenizerBuilder::ByteLevel() {
  TokenizerBuilder builder;
  builder.data_.set_kind(TokenizerData::KIND_BYTE_LEVEL_BPE);
  builder.data_.set_pre_tokenizer("gpt-2");
  for (int byte = 0; byte < 256; ++byte) {
    builder.Token(ByteLevelChar(static_cast<uint8_t>(byte)));
  }
  return builder;
}

TokenizerBuilder TokenizerBuilder::Sentencepiece() {
  TokenizerBuilder builder;
  builder.data_.set_kind(TokenizerData::KIND_SENTENCEPIECE);
  builder.data_.set_unknown_id(builder.Token("<unk>", TokenType::kUnknown));
  builder.data_.set_bos_id(builder.Token("<s>", TokenType::kControl));
  builder.data_.set_eos_id(builder.Token("</s>", TokenType::kControl));
  for (int byte = 0; byte < 256; ++byte) {
    builder.Token(absl::StrFormat("<0x%02X>", byte), TokenType::kByte);
  }
  return builder;
}

TokenizerBuilder TokenizerBuilder::Empty(TokenizerData::Kind kind) {
  TokenizerBuilder builder;
  builder.data_.set_kind(kind);
  return builder;
}

uint32_t TokenizerBuilder::Token(absl::string_view text, TokenType type,
                                 float score) {
  data_.mutable_token_text()->append(text.data(), text.size());
  data_.add_token_length(static_cast<uint32_t>(text.size()));
  data_.mutable_token_type()->push_back(static_cast<char>(type));
  if (data_.kind() == TokenizerData::KIND_SENTENCEPIECE ||
      data_.kind() == TokenizerData::KIND_UNIGRAM) {
    data_.add_token_score(score);
  }
  return static_cast<uint32_t>(data_.token_length_size()) - 1;
}

uint32_t TokenizerBuilder::Merge(absl::string_view left,
                                 absl::string_view right) {
  data_.add_merge_left(Id(left));
  data_.add_merge_right(Id(right));
  const std::string text = absl::StrCat(left, right);
  const uint32_t found = Find(text);
  return found < static_cast<uint32_t>(data_.token_length_size()) ? found
                                                                  : Token(text);
}

uint32_t TokenizerBuilder::Find(absl::string_view text) const {
  absl::string_view rest = data_.token_text();
  uint32_t id = 0;
  for (const uint32_t length : data_.token_length()) {
    if (rest.substr(0, length) == text) return id;
    rest.remove_prefix(length);
    ++id;
  }
  return id;
}

uint32_t TokenizerBuilder::Id(absl::string_view text) const {
  const uint32_t id = Find(text);
  EXPECT_LT(id, static_cast<uint32_t>(data_.token_length_size())) << text;
  return id;
}

}  // namespace tessera
