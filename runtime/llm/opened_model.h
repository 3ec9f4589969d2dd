// An arena that was opened to run its model.
#ifndef RUNTIME_LLM_OPENED_MODEL_H_
#define RUNTIME_LLM_OPENED_MODEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "runtime/llm/load_progress.h"
#include "runtime/llm/run_options.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"

namespace tessera {

struct OpenedModel {
  Isa isa = Isa::kScalar;
  std::string numa;  // what --numa did
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<LoadProgress> progress;
  std::unique_ptr<LoadedArena> arena;  // destroyed before what it reports to
};

// Opens options.arena, and begins to read it. Errors as LoadedArena::Open.
absl::StatusOr<OpenedModel> OpenModel(const RunOptions& options);

// A decoder for it, which must not outlive `model`. InvalidArgument if the
// arena has no weights; errors as Decoder::Create.
absl::StatusOr<std::unique_ptr<Decoder>> MakeDecoder(const RunOptions& options,
                                                     const OpenedModel& model);

}  // namespace tessera

#endif  // RUNTIME_LLM_OPENED_MODEL_H_
