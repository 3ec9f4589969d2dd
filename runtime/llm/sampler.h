// Logits in, one token id out.
#ifndef RUNTIME_LLM_SAMPLER_H_
#define RUNTIME_LLM_SAMPLER_H_

#include <cstdint>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace tessera {

struct SamplerOptions {
  double temperature = 0.8;     // 0: always the likeliest token
  int64_t top_k = 40;           // keep the k likeliest; 0: all
  double top_p = 0.95;          // keep the likeliest that reach this mass
  double min_p = 0.05;          // drop what is less likely than this, relative
                                // to the likeliest
  double repeat_penalty = 1.0;  // above 1: recent tokens become less likely
  int64_t repeat_last_n = 64;   // how many tokens are recent
  uint64_t seed = 0;
};

// InvalidArgument, naming the option, for values that make no sense.
absl::Status CheckSamplerOptions(const SamplerOptions& options);

// Draws tokens in llama.cpp's order: repeat penalty, top_k, top_p, min_p,
// temperature. Equal options and logits give equal tokens on every machine with
// the same math library. Allocates in its constructor only. Not thread-safe.
class Sampler {
 public:
  // `options` have passed CheckSamplerOptions.
  Sampler(const SamplerOptions& options, int64_t vocab_size);

  // A token id for `logits`, one per id of the vocabulary. Of equal logits the
  // lower id goes first. NaNs are never chosen while anything else is left.
  int32_t Sample(absl::Span<const float> logits);

  // Counts `id` as recent; for prompt and sampled tokens alike.
  void Accept(int32_t id);

 private:
  struct Candidate {
    int32_t id;
    float logit;
  };

  void FillCandidates(absl::Span<const float> logits);
  void KeepTopK();
  void KeepTopP();
  void KeepMinP();
  int32_t Draw();

  const SamplerOptions options_;
  std::mt19937_64 random_;
  std::vector<Candidate> candidates_;
  std::vector<int32_t> recent_;  // a ring of the last tokens
  size_t next_recent_ = 0;
  std::vector<uint32_t> times_recent_;  // per id, how often it is in the ring
};

}  // namespace tessera

#endif  // RUNTIME_LLM_SAMPLER_H_
