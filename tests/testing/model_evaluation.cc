#include "tests/testing/model_evaluation.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "absl/types/span.h"
#include "base/status_macros.h"
#include "runtime/llm/score_windows.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"

namespace tessera {
namespace {

int32_t ArgMax(absl::Span<const float> logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) -
                              logits.begin());
}

absl::Status EvaluatePrompt(Decoder& decoder, const std::vector<int32_t>& ids,
                            const GoldenResults::Prompt& expected,
                            Evaluation* result) {
  decoder.Reset();
  TESSERA_ASSIGN_OR_RETURN(absl::Span<const float> logits,
                           decoder.Forward(ids, kGoldenPositions));
  for (size_t i = 0; i < logits.size(); ++i) {
    result->max_logit_difference =
        std::max(result->max_logit_difference,
                 std::abs(double{logits[i]} - double{expected.logits[i]}));
  }
  result->logits.insert(result->logits.end(), logits.begin(), logits.end());
  logits = logits.last(decoder.vocab_size());
  int equal = 0;
  bool all_equal = true;
  for (int32_t golden : expected.greedy_ids) {
    const int32_t id = ArgMax(logits);
    result->greedy_ids.push_back(id);
    all_equal = all_equal && id == golden;
    equal += all_equal;
    TESSERA_ASSIGN_OR_RETURN(logits, decoder.Forward({id}, 1));
  }
  result->equal_greedy.push_back(equal);
  return absl::OkStatus();
}

absl::StatusOr<double> MeanNll(Decoder& decoder, const GoldenModel& golden,
                               ThreadPool& pool) {
  WindowOptions options;
  options.tokens = golden.window;
  options.score_all = true;
  options.begin_of_text = golden.eval_ids[0];
  TESSERA_ASSIGN_OR_RETURN(
      const ScoreStatistics scores,
      ScoreWindows(golden.eval_ids, options, decoder, nullptr, pool,
                   [](int64_t, const ScoreStatistics&) { return true; }));
  return scores.nll().mean();
}

}  // namespace

absl::StatusOr<Evaluation> EvaluateArena(const std::string& path,
                                         const GoldenModel& golden,
                                         const GoldenResults& expected,
                                         const EvaluationOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedArena> arena,
                           LoadedArena::Open(path, LoadOptions()));
  DecoderOptions decoder_options;
  decoder_options.isa = options.isa;
  decoder_options.pool = options.pool;
  decoder_options.exact = options.exact;
  WindowOptions windows;
  windows.tokens = golden.window;
  decoder_options.max_logit_rows = LogitRows(golden.vocabulary, windows);
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Decoder> decoder,
                           Decoder::Create(*arena, decoder_options));
  Evaluation result;
  for (size_t i = 0; i < golden.prompt_ids.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(EvaluatePrompt(*decoder, golden.prompt_ids[i],
                                           expected.prompts[i], &result));
  }
  if (options.nll) {
    TESSERA_ASSIGN_OR_RETURN(result.nll,
                             MeanNll(*decoder, golden, *options.pool));
  }
  return result;
}

}  // namespace tessera
