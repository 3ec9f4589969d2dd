#include "runtime/llm/measure_perplexity.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file_error.h"
#include "base/interrupt.h"
#include "base/isa.h"
#include "base/message.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "runtime/llm/arena_tokenizer.h"
#include "runtime/llm/context_warning.h"
#include "runtime/llm/perplexity_report.h"
#include "runtime/llm/score_windows.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {
namespace {

// An arena and a decoder of it.
struct ScoredModel {
  std::unique_ptr<LoadedArena> arena;
  std::unique_ptr<Decoder> decoder;

  int64_t vocab_size() const { return decoder->vocab_size(); }
  const TokenizerData& tokenizer() const {
    return arena->manifest().tokenizer();
  }
};

absl::StatusOr<ScoredModel> OpenModel(const std::string& path,
                                      const PerplexityOptions& options,
                                      const WindowOptions& windows, Isa isa,
                                      ThreadPool* pool) {
  ScoredModel model;
  TESSERA_ASSIGN_OR_RETURN(model.arena, LoadedArena::Open(path, options.load));
  DecoderOptions decoder_options;
  decoder_options.isa = isa;
  decoder_options.pool = pool;
  decoder_options.ctx_size = options.ctx_size;
  decoder_options.max_logit_rows = LogitRows(
      static_cast<int64_t>(model.arena->manifest().model().vocab_size()),
      windows);
  auto decoder = Decoder::Create(*model.arena, decoder_options);
  if (!decoder.ok()) return WithPath(path, decoder.status());
  model.decoder = *std::move(decoder);
  return model;
}

// Probabilities of different tokens cannot be compared.
absl::Status CheckSameVocabulary(const ScoredModel& arena,
                                 const ScoredModel& base) {
  const TokenizerData& ours = arena.tokenizer();
  const TokenizerData& theirs = base.tokenizer();
  bool same = arena.vocab_size() == base.vocab_size();
  if (base.arena->manifest().has_tokenizer()) {
    same = same && ours.token_text() == theirs.token_text() &&
           ours.token_length_size() == theirs.token_length_size() &&
           std::equal(ours.token_length().begin(), ours.token_length().end(),
                      theirs.token_length().begin());
  }
  if (same) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      base.arena->path(), ": has another vocabulary (", base.vocab_size(),
      " tokens) than ", arena.arena->path(), " (", arena.vocab_size(),
      "); a base is the same model in another type"));
}

absl::StatusOr<std::vector<int32_t>> Tokenize(const ScoredModel& model,
                                              absl::string_view text) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer,
                           MakeTokenizer(*model.arena));
  Tokenizer::EncodeOptions options;
  options.parse_special = false;  // it is text, as llama-perplexity reads it
  return tokenizer->Encode(text, options);
}

void PrintContextWarnings(const PerplexityOptions& options,
                          const ScoredModel& arena, const ScoredModel& base) {
  for (const ScoredModel* model : {&arena, &base}) {
    if (model->decoder == nullptr) continue;
    const std::string warning =
        ContextWarning(options.ctx_size, *model->decoder);
    if (warning.empty()) continue;
    PrintMessage(
        absl::StrCat("warning: ", model->arena->path(), ": ", warning));
  }
}

// The scores of the windows, or of those that are done when the program is
// interrupted, with a bar that counts the bytes of the text.
absl::StatusOr<ScoreStatistics> Score(absl::Span<const int32_t> ids,
                                      uint64_t text_bytes,
                                      const WindowOptions& windows, bool quiet,
                                      ScoredModel& arena, ScoredModel* base,
                                      ThreadPool& pool, int64_t* windows_done) {
  const int64_t count = WindowCount(static_cast<int64_t>(ids.size()), windows);
  const double used = static_cast<double>(count * windows.tokens) /
                      static_cast<double>(std::max<size_t>(ids.size(), 1));
  const auto total =
      static_cast<uint64_t>(used * static_cast<double>(text_bytes));
  Progress progress("perplexity", total, quiet);
  uint64_t shown = 0;
  return ScoreWindows(ids, windows, *arena.decoder,
                      base != nullptr ? base->decoder.get() : nullptr, pool,
                      [&](int64_t done, const ScoreStatistics& scores) {
                        const uint64_t bytes = total * done / count;
                        progress.Advance(
                            bytes - shown,
                            absl::StrFormat("window %d of %d, perplexity %.4f",
                                            done, count, scores.perplexity()));
                        shown = bytes;
                        *windows_done = done;
                        return !WasInterrupted();
                      });
}

PerplexityReport MakeReport(const PerplexityOptions& options,
                            const ScoreStatistics& scores, int64_t windows,
                            double seconds) {
  PerplexityReport report;
  report.set_arena(options.arena);
  if (!options.base.empty()) {
    report.mutable_comparison()->set_base(options.base);
  }
  SetScores(scores, &report);
  report.set_windows(static_cast<uint32_t>(windows));
  report.set_ctx_size(static_cast<uint32_t>(options.ctx_size));
  report.set_score(options.score_all ? "all" : "half");
  report.set_seconds(seconds);
  report.set_tokens_per_second(static_cast<double>(windows * options.ctx_size) /
                               seconds);
  return report;
}

}  // namespace

absl::StatusOr<PerplexityReport> MeasurePerplexity(
    const PerplexityOptions& options, absl::string_view text) {
  TESSERA_ASSIGN_OR_RETURN(const Isa isa, ChooseIsa());
  ThreadPool pool(options.threads);
  WindowOptions windows;
  windows.tokens = options.ctx_size;
  windows.score_all = options.score_all;
  windows.max_windows = options.max_windows;
  TESSERA_ASSIGN_OR_RETURN(ScoredModel arena, OpenModel(options.arena, options,
                                                        windows, isa, &pool));
  ScoredModel base;
  const bool compare = !options.base.empty();
  if (compare) {
    TESSERA_ASSIGN_OR_RETURN(
        base, OpenModel(options.base, options, windows, isa, &pool));
    TESSERA_RETURN_IF_ERROR(CheckSameVocabulary(arena, base));
  }
  const auto ids = Tokenize(arena, text);
  if (!ids.ok()) return WithPath(options.arena, ids.status());
  if (arena.tokenizer().add_bos() && arena.tokenizer().has_bos_id()) {
    windows.begin_of_text = static_cast<int32_t>(arena.tokenizer().bos_id());
  }

  if (WindowCount(static_cast<int64_t>(ids->size()), windows) > 0) {
    PrintContextWarnings(options, arena, base);
  }

  const absl::Time start = absl::Now();
  int64_t windows_done = 0;
  const auto scores = Score(*ids, text.size(), windows, options.quiet, arena,
                            compare ? &base : nullptr, pool, &windows_done);
  if (!scores.ok()) return WithPath(options.arena, scores.status());
  PerplexityReport report =
      MakeReport(options, *scores, windows_done,
                 absl::ToDoubleSeconds(absl::Now() - start));
  report.set_threads(static_cast<uint32_t>(pool.size()));
  report.set_isa(std::string(IsaName(isa)));
  return report;
}

}  // namespace tessera
