// A model at work, as C sees it.
#ifndef RUNTIME_CAPI_MODEL_CONTEXT_H_
#define RUNTIME_CAPI_MODEL_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "runtime/capi/generate_params.h"
#include "runtime/capi/open_arena.h"
#include "runtime/capi/option_table.h"
#include "runtime/capi/tessera.h"
#include "runtime/llm/generator.h"
#include "runtime/model/decoder.h"
#include "runtime/model/sequence.h"

namespace tessera {

// A Decoder with threads of its own. Messages start with the arena's path,
// where it is not the caller's mistake. Not thread-safe.
class ModelContext {
 public:
  // Errors as Decoder::Create and ChooseIsa.
  static absl::StatusOr<std::unique_ptr<ModelContext>> Create(
      std::shared_ptr<const OpenArena> arena, const tessera_options& options);

  ModelContext(const ModelContext&) = delete;
  ModelContext& operator=(const ModelContext&) = delete;

  // As tessera_forward.
  absl::StatusOr<const float*> Forward(absl::Span<const int32_t> ids);

  // Forgets the decoder's own sequence and continues `prompt`. `on_text` is
  // given text in whole characters, and returns false to stop;
  // `request.limits.wants_stop` is asked between the steps of a long prompt,
  // too, and then ends the call with Cancelled.
  absl::Status Generate(absl::Span<const int32_t> prompt,
                        GenerateRequest request,
                        absl::FunctionRef<bool(const std::string&)> on_text);

  // For all else that sequences can do.
  Decoder& decoder() { return *decoder_; }
  const OpenArena& arena() const { return *arena_; }

  void Reset() { decoder_->Reset(); }

  // Valid until the next call.
  const tessera_context_info& Describe();
  const tessera_generation& generation() const { return generation_; }

 private:
  ModelContext(std::shared_ptr<const OpenArena> arena, int threads, Isa isa);

  absl::Status CheckIds(absl::Span<const int32_t> ids) const;
  absl::Status CreateDecoder(Isa isa, const tessera_options& options);
  void Remember(Generation generation, uint64_t seed, size_t prompt_tokens);

  const std::shared_ptr<const OpenArena> arena_;
  ThreadPool pool_;
  const std::string isa_name_;
  std::unique_ptr<Decoder> decoder_;
  tessera_context_info info_ = {};
  Generation last_;        // what generation_ points to
  std::string last_stop_;  // likewise
  tessera_generation generation_ = {};
};

}  // namespace tessera

// Keeps its context. `own` is null for the context's own sequence.
struct tessera_sequence {
  std::shared_ptr<tessera::ModelContext> model;
  std::unique_ptr<tessera::Sequence> own;

  tessera::Sequence& get() const {
    return own == nullptr ? model->decoder().sequence() : *own;
  }
};

struct tessera_context {
  std::shared_ptr<tessera::ModelContext> model;
  tessera_sequence sequence;  // the model's own
};

#endif  // RUNTIME_CAPI_MODEL_CONTEXT_H_
