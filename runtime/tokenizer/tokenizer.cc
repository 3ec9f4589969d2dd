#include "runtime/tokenizer/tokenizer.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/tokenizer/bpe_tokenizer.h"
#include "runtime/tokenizer/sentencepiece_tokenizer.h"

namespace tessera {

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Create(
    const TokenizerData& data) {
  switch (data.kind()) {
    case TokenizerData::KIND_BYTE_LEVEL_BPE:
      return BpeTokenizer::Create(data);
    case TokenizerData::KIND_SENTENCEPIECE:
      return SentencepieceTokenizer::Create(data);
    case TokenizerData::KIND_UNSPECIFIED:
      return absl::DataLossError("tokenizer: its kind is not stated");
    default:
      return absl::UnimplementedError(
          absl::StrCat("tokenizer: kind ", static_cast<int>(data.kind()),
                       " is not known to this version of Tessera"));
  }
}

}  // namespace tessera
