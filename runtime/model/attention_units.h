// How the attention of a batch is shared out among threads.
#ifndef RUNTIME_MODEL_ATTENTION_UNITS_H_
#define RUNTIME_MODEL_ATTENTION_UNITS_H_

#include <cstdint>

#include "runtime/model/hyper_parameters.h"

namespace tessera {

// Heads [first_head, last_head), which share `kv_head`, of tokens
// [first_token, last_token).
struct AttentionUnit {
  int64_t kv_head;
  int64_t first_head;
  int64_t last_head;
  int64_t first_token;
  int64_t last_token;
};

// Cuts all heads of `tokens` consecutive tokens into units. Queries of a unit
// share each read of keys and values, so units are as large as pays, unless
// threads would wait for one another. Units of a key/value head follow one
// another, so that its keys and values stay in a cache.
class AttentionUnits {
 public:
  AttentionUnits(const HyperParameters& parameters, int64_t tokens,
                 int64_t threads);

  int64_t count() const { return kv_heads_ * parts_ * token_blocks(); }

  // 0 <= index < count()
  AttentionUnit operator[](int64_t index) const;

 private:
  int64_t token_blocks() const;

  const int64_t kv_heads_;
  const int64_t group_;  // heads per key/value head
  const int64_t tokens_;
  int64_t block_;      // tokens of a unit
  int64_t parts_ = 1;  // of a group, in different units
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ATTENTION_UNITS_H_
