#include "tests/testing/model_evaluation.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "absl/types/span.h"
#include "base/status_macros.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"

namespace tessera {
namespace {

constexpr int64_t kLogitRows = 64;

int32_t ArgMax(absl::Span<const float> logits) {
  return static_cast<int32_t>(
      std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// Negative log likelihood of `target`, in double.
double Nll(absl::Span<const float> logits, int32_t target) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits) sum += std::exp(double{logit} - top);
  return std::log(sum) + top - double{logits[target]};
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

absl::StatusOr<double> MeanNll(Decoder& decoder, const GoldenModel& golden) {
  const int64_t window = golden.window;
  const absl::Span<const int32_t> ids = golden.eval_ids;
  double sum = 0;
  int64_t count = 0;
  for (int64_t start = 0; start + window <= static_cast<int64_t>(ids.size());
       start += window) {
    decoder.Reset();
    // The first token of every window is begin-of-text.
    std::vector<int32_t> tokens(ids.begin() + start,
                                ids.begin() + start + window);
    tokens[0] = ids[0];
    for (int64_t i = 0; i < window; i += kLogitRows) {
      TESSERA_ASSIGN_OR_RETURN(
          const absl::Span<const float> logits,
          decoder.Forward(absl::MakeConstSpan(tokens).subspan(i, kLogitRows),
                          kLogitRows));
      for (int64_t row = 0; row < kLogitRows && i + row + 1 < window; ++row) {
        sum += Nll(logits.subspan(row * decoder.vocab_size(),
                                  decoder.vocab_size()),
                   tokens[i + row + 1]);
        ++count;
      }
    }
  }
  return sum / static_cast<double>(count);
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
  decoder_options.max_logit_rows = kLogitRows;
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Decoder> decoder,
                           Decoder::Create(*arena, decoder_options));
  Evaluation result;
  for (size_t i = 0; i < golden.prompt_ids.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(EvaluatePrompt(*decoder, golden.prompt_ids[i],
                                           expected.prompts[i], &result));
  }
  if (options.nll) {
    TESSERA_ASSIGN_OR_RETURN(result.nll, MeanNll(*decoder, golden));
  }
  return result;
}

}  // namespace tessera
