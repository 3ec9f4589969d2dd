#include "converter/quantize/usable_importance.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace tessera {
namespace {

// A product with a square of small weights is still a normal float.
constexpr float kLeast = 1e-30f;

// Searches square sums of products with weights and quants: with more than
// this, squares could exceed what a float holds.
constexpr float kMost = 0x1p40f;

// Columns that share a scale: blocks, or the smallest parts of super-blocks.
size_t ColumnsPerScale(DType type) {
  switch (type) {
    case DType::kQ2_K:
    case DType::kQ3_K:
    case DType::kQ6_K:
      return 16;
    default:
      return 32;
  }
}

// Divides by the power of two that brings the largest to [1, 2). What
// quantizers do with the importance remains the same to the last bit.
absl::Span<const float> WithoutExcess(absl::Span<const float> importance,
                                      std::vector<float>* buffer) {
  const float most = *std::max_element(importance.begin(), importance.end());
  if (!(most > kMost)) return importance;
  const int exponent = std::ilogb(most);
  buffer->clear();
  for (const float value : importance) {
    buffer->push_back(std::ldexp(value, -exponent));
  }
  return *buffer;
}

}  // namespace

bool HasNoImportance(absl::Span<const float> importance) {
  return std::all_of(importance.begin(), importance.end(),
                     [](float value) { return value < kLeast; });
}

absl::Span<const float> UsableImportance(absl::Span<const float> importance,
                                         DType type,
                                         std::vector<float>* buffer) {
  if (importance.empty() || HasNoImportance(importance)) return {};
  importance = WithoutExcess(importance, buffer);
  const size_t together = ColumnsPerScale(type);
  bool copied = importance.data() == buffer->data();
  float mean = 0;
  for (size_t first = 0; first < importance.size(); first += together) {
    const absl::Span<const float> part = importance.subspan(first, together);
    if (!HasNoImportance(part)) continue;
    if (!copied) {
      copied = true;
      buffer->assign(importance.begin(), importance.end());
    }
    if (mean == 0) {
      const double sum =
          std::accumulate(importance.begin(), importance.end(), 0.0);
      mean = std::max(
          kLeast,
          static_cast<float>(sum / static_cast<double>(importance.size())));
    }
    std::fill_n(buffer->begin() + static_cast<std::ptrdiff_t>(first),
                part.size(), mean);
  }
  return copied ? absl::MakeConstSpan(*buffer) : importance;
}

}  // namespace tessera
