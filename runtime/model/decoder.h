// Token ids in, logits out.
#ifndef RUNTIME_MODEL_DECODER_H_
#define RUNTIME_MODEL_DECODER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/cpu_executor.h"
#include "runtime/model/kv_plan.h"
#include "runtime/model/kv_pool.h"
#include "runtime/model/model.h"
#include "runtime/model/rope_overrides.h"
#include "runtime/model/sequence.h"
#include "runtime/model/sequence_state.h"

namespace tessera {

struct DecoderOptions {
  Isa isa = Isa::kScalar;      // see ChooseIsa()
  ThreadPool* pool = nullptr;  // required; must outlive the decoder
  // Positions of the key/value cache. 0: the model's, at most 4096.
  int64_t ctx_size = 0;
  // Tokens that go through the layers together in a prefill.
  int64_t max_batch = 256;
  // The largest `logits_for_last` of Forward; of all slices of a call.
  int64_t max_logit_rows = 1;
  // Sequences of ctx_size positions that have room, the decoder's own too.
  int64_t max_sequences = 1;
  // For tests: float32 activations and cache, weights dequantized to float32.
  bool exact = false;
  RopeOverrides rope = {};  // see ApplyRopeOverrides
};

// One sequence of tokens going through one model on the CPU: the face for those
// who need no more. Others can be made beside it, and go through the layers
// together. All memory is allocated in Create; Forward allocates nothing. Not
// thread-safe; several decoders may share an arena, but not a thread pool at
// the same time.
class Decoder {
 public:
  // `arena` must outlive the decoder. Unimplemented or DataLoss for a model
  // that cannot be run (see Model);
  // InvalidArgument for wrong options; ResourceExhausted without memory.
  static absl::StatusOr<std::unique_ptr<Decoder>> Create(
      const LoadedArena& arena, const DecoderOptions& options);

  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Appends `ids` (at least one) to the sequence. Returns the logits that
  // follow each of the last `logits_for_last` ids, [logits_for_last][vocab];
  // valid until the next call. Errors as Executor.
  absl::StatusOr<absl::Span<const float>> Forward(absl::Span<const int32_t> ids,
                                                  int64_t logits_for_last);

  // The decoder's own sequence.
  Sequence& sequence() { return sequence_; }

  // An empty sequence beside it, which must not outlive the decoder. Its blocks
  // are allocated as it grows; see DecoderOptions::max_sequences.
  std::unique_ptr<Sequence> NewSequence() const;

  // For any sequences of this decoder; see Executor.
  absl::StatusOr<absl::Span<const float>> ForwardSlices(
      absl::Span<const Slice> slices) {
    return executor_->Forward(slices);
  }
  absl::StatusOr<absl::Span<const float>> EmbedSlices(
      absl::Span<const Slice> slices) {
    return executor_->Embed(slices);
  }

  // One of them as bytes, and back; see sequence_state.h.
  std::string SaveSequence(const Sequence& sequence) const {
    return EncodeSequence(*model_, sequence);
  }
  absl::Status LoadSequence(absl::Span<const uint8_t> bytes,
                            Sequence* sequence) const {
    return DecodeSequence(*model_, bytes, sequence);
  }

  // Forgets the sequence.
  void Reset() { sequence_.Reset(); }

  // Takes the tokens from `position` on back; see Sequence::Rewind.
  bool Rewind(int64_t position) { return sequence_.Rewind(position); }

  // Tokens so far, and how many there can be.
  int64_t position() const { return sequence_.position(); }
  int64_t ctx_size() const { return sequence_.max_positions(); }

  // Tokens of the longest text that the model was trained with.
  int64_t trained_positions() const {
    return model_->parameters().max_positions;
  }

  int64_t vocab_size() const { return model_->parameters().vocab_size; }
  int64_t hidden_size() const { return model_->parameters().hidden_size; }

  // Tokens that go through the layers together, and rows of results of a call.
  int64_t max_batch() const { return max_batch_; }
  int64_t max_logit_rows() const { return max_logit_rows_; }

  // Bytes of weights that are read to compute one token.
  uint64_t weight_bytes_per_token() const {
    return model_->weights().bytes_per_token();
  }

  // Bytes of activations and key/value cache.
  uint64_t memory_bytes() const {
    return executor_->memory_bytes() + pool_->memory_bytes();
  }

 private:
  Decoder(std::unique_ptr<const Model> model, std::unique_ptr<KvPool> pool,
          std::unique_ptr<CpuExecutor> executor, const KvPlan& plan,
          int64_t ctx_size, int64_t max_logit_rows);

  const std::unique_ptr<const Model> model_;
  const std::unique_ptr<KvPool> pool_;
  const std::unique_ptr<CpuExecutor> executor_;
  const int64_t max_batch_;
  const int64_t max_logit_rows_;
  Sequence sequence_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_DECODER_H_
