// The vocabulary of a model whose tokenizer has more tokens.
#ifndef FORMATS_MODEL_LIMIT_VOCABULARY_H_
#define FORMATS_MODEL_LIMIT_VOCABULARY_H_

#include <algorithm>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/tensor_name.h"

namespace tessera {

// Sets vocab_size of `model`, which is that of a GGUF file and therefore the
// number of its tokens, to the rows of the tensor `name` if that is the token
// embedding and has fewer: tokens were added to the tokenizer and not to the
// model. An embedding of fewer than half the tokens is left to whoever checks
// shapes.
inline void LimitVocabulary(absl::string_view name,
                            absl::Span<const uint64_t> shape,
                            ModelConfig* model) {
  const uint64_t tokens = model->vocab_size();
  if (shape.size() != 2 || shape[0] >= tokens ||
      shape[0] < tokens - tokens / 2 ||
      name != GgufName(TensorRole::kTokenEmbedding)) {
    return;
  }
  model->set_vocab_size(shape[0]);
}

// Where vocab_size is smaller than the tokenizer (tokens were added to the
// model, and its configuration was not written anew): sets it to the number of
// `tokens`, or to `rows` of the embedding if that has fewer.
inline void RaiseVocabulary(uint64_t tokens, uint64_t rows,
                            ModelConfig* model) {
  model->set_vocab_size(
      std::max<uint64_t>(model->vocab_size(), std::min(tokens, rows)));
}

}  // namespace tessera

#endif  // FORMATS_MODEL_LIMIT_VOCABULARY_H_
