#include "runtime/llm/opened_model.h"

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/context_warning.h"

namespace tessera {

absl::StatusOr<OpenedModel> OpenModel(const RunOptions& options) {
  OpenedModel model;
  TESSERA_ASSIGN_OR_RETURN(model.isa, ChooseIsa());
  // Before any thread is there: they inherit it.
  TESSERA_ASSIGN_OR_RETURN(model.numa, ApplyNumaPolicy(options.numa));
  model.pool = std::make_unique<ThreadPool>(options.threads);
  model.progress = std::make_unique<LoadProgress>(options.arena, options.quiet);
  LoadOptions load_options = options.load;
  load_options.on_read = [progress = model.progress.get()](uint64_t done,
                                                           uint64_t total) {
    progress->Show(done, total);
  };
  TESSERA_ASSIGN_OR_RETURN(model.arena,
                           LoadedArena::Open(options.arena, load_options));
  return model;
}

absl::StatusOr<std::unique_ptr<Decoder>> MakeDecoder(const RunOptions& options,
                                                     const OpenedModel& model) {
  if (model.arena->tensors().empty()) {
    return absl::InvalidArgumentError(
        "the arena holds a vocabulary and no weights; only --tokenize_file and "
        "--apply_template work with it");
  }
  DecoderOptions decoder_options;
  decoder_options.isa = model.isa;
  decoder_options.pool = model.pool.get();
  decoder_options.ctx_size = options.ctx_size;
  decoder_options.rope = options.rope;
  TESSERA_ASSIGN_OR_RETURN(std::unique_ptr<Decoder> decoder,
                           Decoder::Create(*model.arena, decoder_options));
  const std::string warning = ContextWarning(options.ctx_size, *decoder);
  if (!warning.empty()) model.progress->Warn(warning);
  return decoder;
}

}  // namespace tessera
