// Logits in, one token id out.
#ifndef RUNTIME_LLM_SAMPLER_H_
#define RUNTIME_LLM_SAMPLER_H_

#include <cstdint>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "runtime/llm/dry_penalty.h"

namespace tessera {

struct SamplerOptions {
  // Is added to the logit of a token.
  struct Bias {
    int32_t id;
    float value;  // -infinity: never chosen
  };

  double temperature = 0.8;      // 0: always the likeliest token
  int64_t top_k = 40;            // keep the k likeliest; 0: all
  double top_p = 0.95;           // keep the likeliest that reach this mass
  double min_p = 0.05;           // drop what is less likely than this, relative
                                 // to the likeliest
  double repeat_penalty = 1.0;   // above 1: recent tokens become less likely
  int64_t repeat_last_n = 64;    // how many tokens are recent; -1: all
  double frequency_penalty = 0;  // off a logit for each time it is recent
  double presence_penalty = 0;   // off a logit if it is recent
  DryOptions dry = {};
  std::vector<Bias> logit_bias = {};
  uint64_t seed = 0;
};

// InvalidArgument, naming the option, for values that make no sense.
absl::Status CheckSamplerOptions(const SamplerOptions& options);

// InvalidArgument if a bias is for a token that is none of `vocab_size`.
absl::Status CheckLogitBias(const SamplerOptions& options, int64_t vocab_size);

// Draws tokens in llama.cpp's order: logit bias, penalties (repeat, then
// frequency and presence), DRY, top_k, top_p, min_p, temperature. A recent
// token's logit x, which is recent n times, becomes
//
//   (x > 0 ? x / repeat : x * repeat) - n * frequency - presence.
//
// Equal options and logits give equal tokens on every machine with the same
// math library. Allocates in its constructor, when a text grows beyond 4096
// tokens, and for DRY. Not thread-safe.
class Sampler {
 public:
  // `options` have passed CheckSamplerOptions. Biases beyond the vocabulary
  // have no effect.
  Sampler(const SamplerOptions& options, int64_t vocab_size);

  // A token id for `logits`, one per id of the vocabulary. Of equal logits the
  // lower id goes first. NaNs are never chosen while anything else is left.
  int32_t Sample(absl::Span<const float> logits);

  // Counts `id` as recent; for prompt and sampled tokens alike.
  void Accept(int32_t id);

  // Forgets what is recent: another text begins. What is random goes on.
  void Restart();

 private:
  struct Candidate {
    int32_t id;
    float logit;
  };

  void FillCandidates(absl::Span<const float> logits);
  void ApplyPenalties();
  void KeepTopK();
  void KeepTopP();
  void KeepMinP();
  int32_t Draw();
  // How often the token is recent, or null if the vocabulary does not have it.
  uint32_t* CountOf(int32_t id);

  const SamplerOptions options_;
  DryPenalty dry_;
  std::mt19937_64 random_;
  std::vector<Candidate> candidates_;
  std::vector<int32_t> history_;        // all accepted tokens
  std::vector<uint32_t> times_recent_;  // [vocab]
};

}  // namespace tessera

#endif  // RUNTIME_LLM_SAMPLER_H_
