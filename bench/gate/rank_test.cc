#include "bench/gate/rank_test.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tessera {
namespace {

// Beyond this size of a group the normal distribution is close enough.
constexpr int kMostExact = 24;

// The quantile of the standard normal distribution: bisection of erfc, which is
// exact enough and never wrong in the tails.
double NormalQuantile(double probability) {
  double low = -12;
  double high = 12;
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    const double below = 0.5 * std::erfc(-middle / std::sqrt(2.0));
    (below < probability ? low : high) = middle;
  }
  return low;
}

// The largest k with P(statistic < k) <= tail, given the distribution as
// weights of 0, 1, 2, ...: so many order statistics are cut off at each end.
int CutOff(const std::vector<double>& weights, double tail) {
  double total = 0;
  for (const double weight : weights) total += weight;
  double below = 0;
  int k = 0;
  while (k < static_cast<int>(weights.size()) &&
         below + weights[k] <= tail * total) {
    below += weights[k];
    ++k;
  }
  return k;
}

int NormalCutOff(double mean, double variance, double tail) {
  const double k = mean + NormalQuantile(tail) * std::sqrt(variance);
  return static_cast<int>(std::max(std::floor(k), 0.0));
}

// Of Wilcoxon's signed-rank statistic of n differences.
int SignedRankCutOff(int n, double tail) {
  if (n > kMostExact) {
    const double m = n;
    return NormalCutOff(m * (m + 1) / 4, m * (m + 1) * (2 * m + 1) / 24, tail);
  }
  // Each rank counts or does not: the product of (1 + x^rank).
  std::vector<double> weights(n * (n + 1) / 2 + 1, 0);
  weights[0] = 1;
  for (int rank = 1; rank <= n; ++rank) {
    for (int sum = n * (n + 1) / 2; sum >= rank; --sum) {
      weights[sum] += weights[sum - rank];
    }
  }
  return CutOff(weights, tail);
}

// Of the Mann-Whitney statistic of groups of n and m.
int MannWhitneyCutOff(int n, int m, double tail) {
  if (n > kMostExact || m > kMostExact) {
    const double product = static_cast<double>(n) * m;
    return NormalCutOff(product / 2, product * (n + m + 1) / 12, tail);
  }
  // weights[i][u]: ways for i of the first group among j of the second, built
  // up by which group has the greatest value.
  std::vector<std::vector<double>> weights(n + 1,
                                           std::vector<double>(n * m + 1, 0));
  for (auto& of_i : weights) of_i[0] = 1;
  for (int j = 1; j <= m; ++j) {
    for (int i = 1; i <= n; ++i) {
      // f(i, j, u) = f(i - 1, j, u - j) + f(i, j - 1, u)
      for (int u = i * j; u >= 0; --u) {
        weights[i][u] = (u <= i * (j - 1) ? weights[i][u] : 0) +
                        (u >= j ? weights[i - 1][u - j] : 0);
      }
    }
  }
  return CutOff(weights[n], tail);
}

// Of at most kMostUnpaired times.
std::vector<double> SpreadLogs(absl::Span<const double> times) {
  const size_t count = std::min(times.size(), kMostUnpaired);
  std::vector<double> logs;
  for (size_t i = 0; i < count; ++i) {
    logs.push_back(std::log(times[i * times.size() / count]));
  }
  return logs;
}

// The middle of sorted differences, and the interval that leaves out `cut` of
// them at each end.
RatioEstimate FromDifferences(std::vector<double> differences, int cut,
                              int samples) {
  RatioEstimate estimate;
  estimate.samples = samples;
  estimate.upper = std::numeric_limits<double>::infinity();
  const size_t count = differences.size();
  if (count == 0) return estimate;
  std::sort(differences.begin(), differences.end());
  estimate.ratio =
      std::exp((differences[(count - 1) / 2] + differences[count / 2]) / 2);
  if (cut < 1 || 2 * static_cast<size_t>(cut) > count) return estimate;
  estimate.lower = std::exp(differences[cut - 1]);
  estimate.upper = std::exp(differences[count - cut]);
  return estimate;
}

}  // namespace

RatioEstimate PairedRatio(absl::Span<const double> a,
                          absl::Span<const double> b, double confidence) {
  const size_t n = std::min(a.size(), b.size());
  std::vector<double> averages;
  averages.reserve(n * (n + 1) / 2);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      averages.push_back((std::log(b[i] / a[i]) + std::log(b[j] / a[j])) / 2);
    }
  }
  const int cut = SignedRankCutOff(static_cast<int>(n), (1 - confidence) / 2);
  return FromDifferences(std::move(averages), cut, static_cast<int>(n));
}

RatioEstimate UnpairedRatio(absl::Span<const double> a,
                            absl::Span<const double> b, double confidence) {
  const std::vector<double> logs_a = SpreadLogs(a);
  const std::vector<double> logs_b = SpreadLogs(b);
  std::vector<double> differences;
  differences.reserve(logs_a.size() * logs_b.size());
  for (const double of_a : logs_a) {
    for (const double of_b : logs_b) differences.push_back(of_b - of_a);
  }
  const int n = static_cast<int>(logs_a.size());
  const int m = static_cast<int>(logs_b.size());
  return FromDifferences(std::move(differences),
                         MannWhitneyCutOff(n, m, (1 - confidence) / 2),
                         std::min(n, m));
}

}  // namespace tessera
