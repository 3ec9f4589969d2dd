#include "runtime/llm/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr int64_t kMaxRecent = 1 << 20;

absl::Status CheckRange(absl::string_view name, double value, double least,
                        double most) {
  if (value >= least && value <= most) return absl::OkStatus();
  // Not "2.14748e+09".
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s is %.10g, expected %.10g to %.10g", name, value, least, most));
}

}  // namespace

absl::Status CheckSamplerOptions(const SamplerOptions& options) {
  TESSERA_RETURN_IF_ERROR(
      CheckRange("temperature", options.temperature, 0, 1000));
  TESSERA_RETURN_IF_ERROR(CheckRange("top_k",
                                     static_cast<double>(options.top_k), 0,
                                     std::numeric_limits<int32_t>::max()));
  TESSERA_RETURN_IF_ERROR(CheckRange("top_p", options.top_p, 0, 1));
  TESSERA_RETURN_IF_ERROR(CheckRange("min_p", options.min_p, 0, 1));
  TESSERA_RETURN_IF_ERROR(
      CheckRange("repeat_penalty", options.repeat_penalty, 0.01, 100));
  return CheckRange("repeat_last_n", static_cast<double>(options.repeat_last_n),
                    0, kMaxRecent);
}

Sampler::Sampler(const SamplerOptions& options, int64_t vocab_size)
    : options_(options),
      random_(options.seed),
      recent_(options.repeat_last_n, -1),
      times_recent_(vocab_size, 0) {
  candidates_.reserve(vocab_size);
}

int32_t Sampler::Sample(absl::Span<const float> logits) {
  FillCandidates(logits);
  if (options_.temperature == 0) {
    // max_element gives the first of equals.
    return std::max_element(candidates_.begin(), candidates_.end(),
                            [](const Candidate& a, const Candidate& b) {
                              return a.logit < b.logit;
                            })
        ->id;
  }
  KeepTopK();
  KeepTopP();
  KeepMinP();
  return Draw();
}

void Sampler::Accept(int32_t id) {
  if (recent_.empty()) return;
  const auto counter = [this](int32_t token) -> uint32_t* {
    const bool known =
        token >= 0 && static_cast<size_t>(token) < times_recent_.size();
    return known ? &times_recent_[token] : nullptr;
  };
  if (uint32_t* count = counter(recent_[next_recent_])) --*count;
  if (uint32_t* count = counter(id)) ++*count;
  recent_[next_recent_] = id;
  next_recent_ = (next_recent_ + 1) % recent_.size();
}

void Sampler::FillCandidates(absl::Span<const float> logits) {
  const auto penalty = static_cast<float>(options_.repeat_penalty);
  candidates_.clear();
  for (size_t i = 0; i < logits.size(); ++i) {
    float logit = logits[i];
    if (std::isnan(logit)) logit = -std::numeric_limits<float>::infinity();
    if (i < times_recent_.size() && times_recent_[i] > 0) {
      logit = logit > 0 ? logit / penalty : logit * penalty;
    }
    candidates_.push_back({static_cast<int32_t>(i), logit});
  }
}

void Sampler::KeepTopK() {
  const size_t k = options_.top_k == 0
                       ? candidates_.size()
                       : std::min<size_t>(options_.top_k, candidates_.size());
  std::partial_sort(
      candidates_.begin(), candidates_.begin() + k, candidates_.end(),
      [](const Candidate& a, const Candidate& b) {
        return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
      });
  candidates_.resize(k);
}

void Sampler::KeepTopP() {
  if (options_.top_p >= 1) return;
  const double max = candidates_.front().logit;
  double sum = 0;
  for (const Candidate& c : candidates_) sum += std::exp(c.logit - max);
  double mass = 0;
  size_t kept = 0;
  while (kept < candidates_.size()) {
    mass += std::exp(candidates_[kept].logit - max) / sum;
    ++kept;
    if (mass >= options_.top_p) break;
  }
  candidates_.resize(kept);
}

void Sampler::KeepMinP() {
  if (options_.min_p <= 0) return;
  const double least = candidates_.front().logit + std::log(options_.min_p);
  size_t kept = 1;
  while (kept < candidates_.size() && candidates_[kept].logit >= least) ++kept;
  candidates_.resize(kept);
}

int32_t Sampler::Draw() {
  const double max = candidates_.front().logit;
  const auto weight = [&](const Candidate& candidate) {
    return std::exp((candidate.logit - max) / options_.temperature);
  };
  double sum = 0;
  for (const Candidate& candidate : candidates_) sum += weight(candidate);
  // 53 random bits: a double in [0, 1), the same with every standard library.
  double rest = static_cast<double>(random_() >> 11) * 0x1p-53 * sum;
  for (const Candidate& candidate : candidates_) {
    rest -= weight(candidate);
    if (rest < 0) return candidate.id;
  }
  return candidates_.front().id;
}

}  // namespace tessera
