#include "runtime/tokenizer/tokenizer.h"

#include "runtime/tokenizer/token_pipeline.h"

namespace tessera {

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Create(
    const TokenizerData& data) {
  return TokenPipeline::Create(data);
}

}  // namespace tessera
