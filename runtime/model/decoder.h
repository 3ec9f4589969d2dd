// Token ids in, logits out.
#ifndef RUNTIME_MODEL_DECODER_H_
#define RUNTIME_MODEL_DECODER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/activation_arena.h"
#include "runtime/model/decoder_buffers.h"
#include "runtime/model/forward_pass.h"
#include "runtime/model/kv_cache.h"
#include "runtime/model/llama_config.h"
#include "runtime/model/model_weights.h"
#include "runtime/model/rope_table.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

struct DecoderOptions {
  Isa isa = Isa::kScalar;      // see ChooseIsa()
  ThreadPool* pool = nullptr;  // required; must outlive the decoder
  // Positions of the key/value cache. 0: the model's, at most 4096.
  int64_t ctx_size = 0;
  // Tokens that go through the layers together in a prefill.
  int64_t max_batch = 256;
  // The largest `logits_for_last` of Forward.
  int64_t max_logit_rows = 1;
  // For tests: float32 activations and cache, weights dequantized to float32.
  bool exact = false;
};

// One sequence of tokens going through one model. All memory is taken in
// Create; Forward allocates nothing. Not thread-safe; several decoders may
// share an arena, but not a pool at the same time.
class Decoder {
 public:
  // `arena` must outlive the decoder. Unimplemented or DataLoss for a model
  // that cannot be run (see CheckLlamaConfig and FindModelWeights);
  // InvalidArgument for wrong options; ResourceExhausted without memory.
  static absl::StatusOr<std::unique_ptr<Decoder>> Create(
      const LoadedArena& arena, const DecoderOptions& options);

  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Appends `ids` (at least one) to the sequence. Returns the logits that
  // follow each of the last `logits_for_last` ids, [logits_for_last][vocab];
  // valid until the next call. InvalidArgument, changing nothing, if an id is
  // out of range or the context has no room for all of them; DataLoss, naming
  // file and offset, if weights could not be read: then this decoder is of no
  // more use. The logits of a
  // token depend on the ids before it alone: not on how they were split into
  // calls, nor on the number of threads.
  absl::StatusOr<absl::Span<const float>> Forward(
      absl::Span<const int32_t> ids, int64_t logits_for_last);

  // Forgets the sequence.
  void Reset() { position_ = 0; }

  // Tokens so far, and how many there can be.
  int64_t position() const { return position_; }
  int64_t ctx_size() const { return ctx_size_; }

  int64_t vocab_size() const { return config_.vocab_size; }

  // Bytes of weights that are read to compute one token.
  uint64_t weight_bytes_per_token() const {
    return weights_.bytes_per_token();
  }

  // Bytes of activations and key/value cache.
  uint64_t memory_bytes() const { return memory_.bytes(); }

 private:
  Decoder(const LoadedArena& arena, const LlamaConfig& config,
          ModelWeights weights, const KernelTable& kernels,
          const DecoderOptions& options);

  absl::Status TakeMemory(const DecoderOptions& options);
  absl::Status CheckRequest(absl::Span<const int32_t> ids,
                            int64_t logits_for_last) const;

  // Verifies the rows of the token embedding that `ids` name, if it is asked
  // for.
  absl::Status VerifyRows(absl::Span<const int32_t> ids) const;

  const LoadedArena& arena_;
  const LlamaConfig config_;
  const ModelWeights weights_;
  const RopeTable rope_;
  const KernelTable& kernels_;
  const int64_t ctx_size_;
  const int64_t max_batch_;
  const int64_t max_logit_rows_;
  const bool exact_;

  ThreadTeam team_;
  ActivationArena memory_;
  DecoderBuffers buffers_;
  KvCache cache_;
  int64_t position_ = 0;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_DECODER_H_
