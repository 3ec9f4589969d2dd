#include "bench/synthetic_tokenizer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "formats/arena/token_type.h"

namespace tessera {
namespace {

constexpr char kSpace[] = "\u2581";  // SentencePiece's mark for a space

void AddToken(absl::string_view text, TokenType type, float score,
              TokenizerData* data) {
  data->mutable_token_text()->append(text.data(), text.size());
  data->add_token_length(static_cast<uint32_t>(text.size()));
  data->mutable_token_type()->push_back(static_cast<char>(type));
  data->add_token_score(score);
}

}  // namespace

TokenizerData MakeSyntheticTokenizer(uint64_t tokens) {
  TokenizerData data;
  data.set_kind(TokenizerData::KIND_SENTENCEPIECE);
  AddToken("<unk>", TokenType::kUnknown, 0, &data);
  AddToken("<s>", TokenType::kControl, 0, &data);
  AddToken("</s>", TokenType::kControl, 0, &data);
  for (int byte = 0; byte < 256; ++byte) {
    AddToken(absl::StrFormat("<0x%02X>", byte), TokenType::kByte, 0, &data);
  }
  for (uint64_t id = kLeastSyntheticTokens; id < tokens; ++id) {
    AddToken(absl::StrCat(kSpace, "t", id), TokenType::kNormal,
             -static_cast<float>(id), &data);
  }
  data.set_unknown_id(0);
  data.set_bos_id(1);
  data.set_eos_id(2);
  data.add_end_of_generation_id(2);
  data.set_add_bos(true);
  data.set_add_space_prefix(true);
  return data;
}

}  // namespace tessera
