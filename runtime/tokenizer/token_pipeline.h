// The one implementation of Tokenizer.
#ifndef RUNTIME_TOKENIZER_TOKEN_PIPELINE_H_
#define RUNTIME_TOKENIZER_TOKEN_PIPELINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/decoder.h"
#include "runtime/tokenizer/tokenizer.h"
#include "runtime/tokenizer/tokenizer_steps.h"
#include "runtime/tokenizer/vocabulary.h"
#include "runtime/tokenizer/word_starts.h"

namespace tessera {

// Text is split at added tokens; what lies between is normalized, split at
// tokens that are matched in normalized text, split into words, and each word
// becomes tokens. A word that comes again is not looked up again.
class TokenPipeline : public Tokenizer {
 public:
  // Errors as Tokenizer::Create.
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Create(
      const TokenizerData& data);

  std::vector<int32_t> Encode(absl::string_view text,
                              const EncodeOptions& options) const override;
  std::string Decode(int32_t id) const override;
  std::string DecodeAll(absl::Span<const int32_t> ids,
                        bool skip_special) const override;
  absl::string_view Spelling(int32_t id) const override;
  int32_t size() const override { return vocabulary_->size(); }
  bool IsEndOfGeneration(int32_t id) const override {
    return vocabulary_->IsEndOfGeneration(id);
  }

 private:
  class Encoder;

  TokenPipeline() = default;

  bool IsSpecial(int32_t id) const;
  // Decode where no decoder is listed: by the kind of vocabulary.
  std::string DecodeByKind(int32_t id) const;

  TokenizerData::Kind kind_ = TokenizerData::KIND_UNSPECIFIED;
  bool add_space_prefix_ = false;
  std::unique_ptr<Vocabulary> vocabulary_;
  TokenizerSteps steps_;
  AddedTokenSets added_tokens_;
  std::optional<WordStarts> word_starts_;
  std::unique_ptr<Decoder> decoder_;  // null where none is listed
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_TOKEN_PIPELINE_H_
