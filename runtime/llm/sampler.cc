#include "runtime/llm/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// So that few texts make the history allocate while they grow.
constexpr size_t kUsualTokens = 4096;

absl::Status CheckRange(absl::string_view name, double value, double least,
                        double most) {
  if (value >= least && value <= most) return absl::OkStatus();
  // Not "2.14748e+09".
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s is %.10g, expected %.10g to %.10g", name, value, least, most));
}

}  // namespace

absl::Status CheckSamplerOptions(const SamplerOptions& options) {
  constexpr int64_t kMostTokens = std::numeric_limits<int32_t>::max();
  const auto real = [](int64_t value) { return static_cast<double>(value); };
  struct Range {
    absl::string_view name;
    double value;
    double least;
    double most;
  };
  const Range ranges[] = {
      {"temperature", options.temperature, 0, 1000},
      {"top_k", real(options.top_k), 0, real(kMostTokens)},
      {"top_p", options.top_p, 0, 1},
      {"min_p", options.min_p, 0, 1},
      {"repeat_penalty", options.repeat_penalty, 0.01, 100},
      {"repeat_last_n", real(options.repeat_last_n), -1, real(kMostTokens)},
      {"frequency_penalty", options.frequency_penalty, -100, 100},
      {"presence_penalty", options.presence_penalty, -100, 100},
      {"dry_multiplier", options.dry.multiplier, 0, 100},
      {"dry_base", options.dry.base, 1, 100},
      {"dry_allowed_length", real(options.dry.allowed_length), 1,
       real(kMostTokens)},
      {"dry_penalty_last_n", real(options.dry.penalty_last_n), -1,
       real(kMostTokens)},
  };
  for (const Range& range : ranges) {
    TESSERA_RETURN_IF_ERROR(
        CheckRange(range.name, range.value, range.least, range.most));
  }
  for (const SamplerOptions::Bias& bias : options.logit_bias) {
    if (bias.id < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("logit_bias: ", bias.id, " is no token"));
    }
    if (std::isnan(bias.value) ||
        bias.value == std::numeric_limits<float>::infinity()) {
      return absl::InvalidArgumentError(
          absl::StrCat("logit_bias of token ", bias.id, " is ", bias.value,
                       ", expected a number or -inf"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLogitBias(const SamplerOptions& options, int64_t vocab_size) {
  for (const SamplerOptions::Bias& bias : options.logit_bias) {
    if (bias.id < vocab_size) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("logit_bias: there is no token ", bias.id,
                     "; the model has those from 0 to ", vocab_size - 1));
  }
  return absl::OkStatus();
}

Sampler::Sampler(const SamplerOptions& options, int64_t vocab_size)
    : options_(options),
      dry_(options.dry),
      random_(options.seed),
      times_recent_(vocab_size, 0) {
  candidates_.reserve(vocab_size);
  history_.reserve(kUsualTokens);
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

uint32_t* Sampler::CountOf(int32_t id) {
  const bool known = id >= 0 && static_cast<size_t>(id) < times_recent_.size();
  return known ? &times_recent_[id] : nullptr;
}

void Sampler::Accept(int32_t id) {
  history_.push_back(id);
  if (uint32_t* count = CountOf(id)) ++*count;
  if (options_.repeat_last_n < 0) return;
  const auto recent = static_cast<size_t>(options_.repeat_last_n);
  if (history_.size() <= recent) return;
  if (uint32_t* count = CountOf(history_[history_.size() - 1 - recent])) {
    --*count;
  }
}

void Sampler::Restart() {
  history_.clear();
  std::fill(times_recent_.begin(), times_recent_.end(), 0);
}

void Sampler::FillCandidates(absl::Span<const float> logits) {
  candidates_.clear();
  for (size_t i = 0; i < logits.size(); ++i) {
    const float logit = std::isnan(logits[i])
                            ? -std::numeric_limits<float>::infinity()
                            : logits[i];
    candidates_.push_back({static_cast<int32_t>(i), logit});
  }
  for (const SamplerOptions::Bias& bias : options_.logit_bias) {
    if (static_cast<size_t>(bias.id) >= candidates_.size()) continue;
    float& logit = candidates_[bias.id].logit;
    // Infinity less infinity would be no number.
    logit = std::isinf(bias.value) ? bias.value : logit + bias.value;
  }
  ApplyPenalties();
}

void Sampler::ApplyPenalties() {
  const auto repeat = static_cast<float>(options_.repeat_penalty);
  const auto frequency = static_cast<float>(options_.frequency_penalty);
  const auto presence = static_cast<float>(options_.presence_penalty);
  const size_t known = std::min(candidates_.size(), times_recent_.size());
  for (size_t i = 0; i < known; ++i) {
    if (times_recent_[i] == 0) continue;
    float& logit = candidates_[i].logit;
    logit = logit > 0 ? logit / repeat : logit * repeat;
    logit -= static_cast<float>(times_recent_[i]) * frequency + presence;
  }
  if (!dry_.is_on()) return;
  for (const auto& [id, penalty] : dry_.Penalties(history_)) {
    if (id >= 0 && static_cast<size_t>(id) < candidates_.size()) {
      candidates_[id].logit -= penalty;
    }
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
