#include "runtime/llm/score_windows.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/counted.h"
#include "base/status_macros.h"
#include "runtime/llm/logit_scores.h"

namespace tessera {
namespace {

constexpr int64_t kLogitBytes = int64_t{64} << 20;
constexpr int64_t kMinRows = 16;
constexpr int64_t kMaxRows = 256;

// The first position of a window whose logits are scored.
int64_t FirstScored(const WindowOptions& options) {
  return options.score_all ? 0 : options.tokens / 2;
}

class WindowScorer {
 public:
  WindowScorer(const WindowOptions& options, Decoder& decoder, Decoder* base,
               ThreadPool& pool)
      : options_(options),
        decoder_(decoder),
        base_(base),
        pool_(pool),
        rows_(LogitRows(decoder.vocab_size(), options)) {}

  // `ids` is one window.
  absl::Status Score(absl::Span<const int32_t> ids, ScoreStatistics* scores);

 private:
  // The tokens from `first` on go through the models, and the ones after them
  // are scored.
  absl::Status ScorePiece(absl::Span<const int32_t> ids, int64_t first,
                          int64_t count, ScoreStatistics* scores);

  const WindowOptions& options_;
  Decoder& decoder_;
  Decoder* const base_;
  ThreadPool& pool_;
  const int64_t rows_;
};

absl::Status WindowScorer::Score(absl::Span<const int32_t> ids,
                                 ScoreStatistics* scores) {
  const int64_t first = FirstScored(options_);
  for (Decoder* decoder : {&decoder_, base_}) {
    if (decoder == nullptr) continue;
    decoder->Reset();
    if (first == 0) continue;
    TESSERA_RETURN_IF_ERROR(decoder->Forward(ids.first(first), 0).status());
  }
  // Nothing comes after the last token.
  const int64_t end = options_.tokens - 1;
  for (int64_t piece = first; piece < end; piece += rows_) {
    TESSERA_RETURN_IF_ERROR(
        ScorePiece(ids, piece, std::min(rows_, end - piece), scores));
  }
  return absl::OkStatus();
}

absl::Status WindowScorer::ScorePiece(absl::Span<const int32_t> ids,
                                      int64_t first, int64_t count,
                                      ScoreStatistics* scores) {
  const absl::Span<const int32_t> piece = ids.subspan(first, count);
  const absl::Span<const int32_t> targets = ids.subspan(first + 1, count);
  TESSERA_ASSIGN_OR_RETURN(const absl::Span<const float> logits,
                           decoder_.Forward(piece, count));
  absl::Span<const float> base_logits;
  if (base_ != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(base_logits, base_->Forward(piece, count));
  }
  const int64_t vocabulary = decoder_.vocab_size();
  std::vector<TokenScore> tokens(count);
  pool_.ParallelFor(count, [&](int64_t i) {
    const auto row = logits.subspan(i * vocabulary, vocabulary);
    tokens[i] =
        base_ == nullptr
            ? ScoreToken(row, targets[i])
            : CompareToken(row, base_logits.subspan(i * vocabulary, vocabulary),
                           targets[i]);
  });
  for (const TokenScore& token : tokens) scores->Add(token);
  return absl::OkStatus();
}

absl::Status CheckIds(absl::Span<const int32_t> ids, int64_t vocabulary) {
  for (const int32_t id : ids) {
    if (id >= 0 && id < vocabulary) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "token id ", id, " is not in the vocabulary of ", vocabulary));
  }
  return absl::OkStatus();
}

}  // namespace

int64_t WindowCount(int64_t ids, const WindowOptions& options) {
  const int64_t windows = ids / options.tokens;
  return options.max_windows > 0 ? std::min(windows, options.max_windows)
                                 : windows;
}

int64_t LogitRows(int64_t vocab_size, const WindowOptions& options) {
  const int64_t row_bytes =
      std::max<int64_t>(vocab_size, 1) * static_cast<int64_t>(sizeof(float));
  return std::min(options.tokens,
                  std::clamp(kLogitBytes / row_bytes, kMinRows, kMaxRows));
}

absl::StatusOr<ScoreStatistics> ScoreWindows(absl::Span<const int32_t> ids,
                                             const WindowOptions& options,
                                             Decoder& decoder, Decoder* base,
                                             ThreadPool& pool,
                                             WindowDoneFn on_window) {
  TESSERA_RETURN_IF_ERROR(CheckIds(ids, decoder.vocab_size()));
  const int64_t windows =
      WindowCount(static_cast<int64_t>(ids.size()), options);
  if (windows == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the text has ", Counted(ids.size(), "token"),
                     ", too few for a window of ", options.tokens,
                     "; use a longer text or a smaller --ctx_size"));
  }
  ScoreStatistics scores;
  WindowScorer scorer(options, decoder, base, pool);
  for (int64_t window = 0; window < windows; ++window) {
    const auto taken = ids.subspan(window * options.tokens, options.tokens);
    std::vector<int32_t> tokens(taken.begin(), taken.end());
    if (options.begin_of_text.has_value()) tokens[0] = *options.begin_of_text;
    TESSERA_RETURN_IF_ERROR(scorer.Score(tokens, &scores));
    if (std::isnan(scores.perplexity())) {
      return absl::DataLossError(
          "the model computes no numbers (logits are NaN or infinite); weights "
          "may be NaN or infinite, which inspect --quality counts");
    }
    if (!on_window(window + 1, scores)) break;
  }
  return scores;
}

}  // namespace tessera
