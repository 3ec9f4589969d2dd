#include "runtime/llm/run_model.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file_error.h"
#include "base/isa.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/load_progress.h"
#include "runtime/llm/run_report.h"
#include "runtime/model/decoder.h"

namespace tessera {
namespace {

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const LoadedArena& arena) {
  if (!arena.manifest().has_tokenizer()) {
    return absl::InvalidArgumentError(
        "the arena holds no tokenizer; convert from a source that has one");
  }
  return Tokenizer::Create(arena.manifest().tokenizer());
}

RunReport MakeReport(const RunOptions& options, const Decoder& decoder,
                     const Generation& generation) {
  RunReport report;
  report.mutable_ids()->Add(generation.ids.begin(), generation.ids.end());
  report.set_stop(std::string(StopReasonName(generation.stop)));
  report.set_seed(static_cast<uint32_t>(options.sampler.seed));
  report.set_ctx_size(static_cast<uint32_t>(decoder.ctx_size()));
  report.set_memory_bytes(static_cast<double>(decoder.memory_bytes()));
  *report.mutable_decode() =
      PhaseProto(generation.decode_steps, generation.decode_seconds);
  const auto bytes = static_cast<double>(decoder.weight_bytes_per_token());
  report.set_weight_bytes_per_token(bytes);
  report.set_decode_gigabytes_per_second(
      bytes * report.decode().tokens_per_second() * 1e-9);
  return report;
}

// RunModel on an arena that is open. Loading began at `start`.
absl::StatusOr<RunReport> RunLoaded(const RunOptions& options,
                                    const LoadedArena& arena, Isa isa,
                                    absl::Time start, ThreadPool* pool,
                                    TextFn on_text) {
  if (arena.tensors().empty()) {
    return absl::InvalidArgumentError(
        "the arena holds a vocabulary and no weights; only --tokenize_file "
        "works with it");
  }
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer,
                           MakeTokenizer(arena));
  DecoderOptions decoder_options;
  decoder_options.isa = isa;
  decoder_options.pool = pool;
  decoder_options.ctx_size = options.ctx_size;
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Decoder> decoder,
                           Decoder::Create(arena, decoder_options));
  Sampler sampler(options.sampler, decoder->vocab_size());
  const std::vector<int32_t> prompt =
      tokenizer->Encode(options.prompt, Tokenizer::EncodeOptions());

  // The prompt is shown with what follows it: until then a bar may be there.
  bool show_prompt = options.show_prompt;
  const auto show = [&](absl::string_view piece) {
    if (show_prompt) on_text(options.prompt);
    show_prompt = false;
    on_text(piece);
  };
  std::string text;
  const absl::Time prefill_start = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(
      const Generation generation,
      Generate(
          prompt, options.generate, decoder->ctx_size(), *tokenizer, sampler,
          [&](absl::Span<const int32_t> ids) {
            return decoder->Forward(ids, 1);
          },
          [&](absl::string_view piece) {
            absl::StrAppend(&text, piece);
            show(piece);
          }));
  if (show_prompt) on_text(options.prompt);

  RunReport report = MakeReport(options, *decoder, generation);
  TESSERA_ASSIGN_OR_RETURN(const LoadReport load, arena.Report());
  *report.mutable_load() = LoadProto(load);
  report.set_first_token_seconds(
      absl::ToDoubleSeconds(prefill_start - start) +
      generation.prefill_seconds);
  report.set_prompt(ValidUtf8(options.prompt));
  report.mutable_prompt_ids()->Add(prompt.begin(), prompt.end());
  report.set_text(ValidUtf8(text));
  report.set_isa(std::string(IsaName(isa)));
  report.set_threads(static_cast<uint32_t>(pool->size()));
  *report.mutable_prefill() = PhaseProto(static_cast<int64_t>(prompt.size()),
                                         generation.prefill_seconds);
  return report;
}

}  // namespace

absl::StatusOr<RunReport> RunModel(const RunOptions& options, TextFn on_text) {
  TESSERA_ASSIGN_OR_RETURN(const Isa isa, ChooseIsa());
  const absl::Time start = absl::Now();
  // Before any thread is there: they inherit it.
  TESSERA_ASSIGN_OR_RETURN(const std::string numa,
                           ApplyNumaPolicy(options.numa));
  ThreadPool pool(options.threads);
  LoadProgress progress(options.arena, options.quiet);
  LoadOptions load_options = options.load;
  load_options.on_read = [&progress](uint64_t done, uint64_t total) {
    progress.Show(done, total);
  };
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedArena> arena,
                           LoadedArena::Open(options.arena, load_options));
  absl::StatusOr<RunReport> report = RunLoaded(
      options, *arena, isa, start, &pool, [&](absl::string_view text) {
        progress.Stop();
        on_text(text);
      });
  progress.Stop();
  if (!report.ok()) return WithPath(options.arena, report.status());
  report->mutable_load()->set_numa(numa);
  return report;
}

absl::StatusOr<std::vector<int32_t>> TokenizeText(
    const std::string& path, absl::string_view text,
    const Tokenizer::EncodeOptions& options) {
  LoadOptions load_options;
  load_options.populate = Populate::kLazy;
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedArena> arena,
                           LoadedArena::Open(path, load_options));
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = MakeTokenizer(*arena);
  if (!tokenizer.ok()) return WithPath(path, tokenizer.status());
  return (*tokenizer)->Encode(text, options);
}

}  // namespace tessera
