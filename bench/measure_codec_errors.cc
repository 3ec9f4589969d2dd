#include "bench/measure_codec_errors.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/random_rows.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

constexpr int64_t kColumns = 2048;
constexpr double kDeviation = 0.02;

// Values, and the importance of their columns.
struct Sample {
  std::vector<float> values;
  std::vector<float> importance;
  int64_t rows() const {
    return static_cast<int64_t>(values.size()) / kColumns;
  }
};

Sample MakeSample(int rows) {
  RandomSequence random(1);
  Sample sample;
  sample.values.resize(rows * kColumns);
  for (float& value : sample.values) {  // Box and Muller, 1958
    const double radius = std::sqrt(-2 * std::log(1 - random.NextUniform()));
    const double angle = 2 * std::numbers::pi * random.NextUniform();
    value = static_cast<float>(kDeviation * radius * std::cos(angle));
  }
  sample.importance.resize(kColumns);
  for (float& weight : sample.importance) {
    weight = static_cast<float>(std::pow(random.NextUniform(), 3));
  }
  return sample;
}

// Weighted sums of squares.
struct Squares {
  double error = 0;
  double signal = 0;
};

Squares SumSquares(const Codec& codec, QuantizeRowFn quantize,
                   const Sample& sample, const float* importance) {
  std::vector<uint8_t> blocks(*RowBytes(codec.type, kColumns));
  std::vector<float> stored(kColumns);
  Squares squares;
  for (int64_t row = 0; row < sample.rows(); ++row) {
    const float* values = &sample.values[row * kColumns];
    quantize(values, kColumns, importance, blocks.data());
    codec.dequantize_row(blocks.data(), kColumns, stored.data());
    for (int64_t i = 0; i < kColumns; ++i) {
      const double weight = importance == nullptr ? 1.0 : importance[i];
      const double error = double{stored[i]} - double{values[i]};
      squares.error += weight * error * error;
      squares.signal += weight * double{values[i]} * double{values[i]};
    }
  }
  return squares;
}

// Weights per second of `convert`, which handles one row of the sample.
double Rate(const Sample& sample,
            absl::FunctionRef<void(int64_t row)> convert) {
  constexpr int kRounds = 5;
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int64_t row = 0; row < sample.rows(); ++row) convert(row);
    const std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - start;
    best = std::max(
        best, static_cast<double>(sample.values.size()) / seconds.count());
  }
  return best;
}

CodecError Measure(const Codec& codec, QuantizeRowFn quantize,
                   const Sample& sample) {
  CodecError result;
  const Squares plain = SumSquares(codec, quantize, sample, nullptr);
  const Squares weighted =
      SumSquares(codec, quantize, sample, sample.importance.data());
  result.rmse = 100 * std::sqrt(plain.error / plain.signal);
  result.weighted = 100 * std::sqrt(weighted.error / weighted.signal);
  result.snr_db = 10 * std::log10(plain.signal / plain.error);
  std::vector<uint8_t> blocks(*RowBytes(codec.type, kColumns));
  result.weights_per_second = Rate(sample, [&](int64_t row) {
    quantize(&sample.values[row * kColumns], kColumns, nullptr, blocks.data());
  });
  return result;
}

std::string Percent(double value) {
  return value == 0 ? "0" : absl::StrFormat("%.3g", value);
}

std::string Decibel(double value) {
  return std::isinf(value) ? "" : absl::StrFormat("%.1f", value);
}

// "a / b", or "a" where there is no high effort.
std::string Pair(const CodecErrors& errors, const std::string& normal,
                 const std::string& high) {
  const bool has_high = FindCodec(errors.type)->quantize_row_high != nullptr;
  return has_high ? absl::StrCat(normal, " / ", high) : normal;
}

std::string Millions(double weights_per_second) {
  return absl::StrFormat("%.0f", weights_per_second / 1e6);
}

}  // namespace

std::vector<CodecErrors> MeasureCodecErrors(int rows) {
  const Sample sample = MakeSample(rows);
  std::vector<CodecErrors> all;
  for (const DTypeTraits& traits : AllDTypes()) {
    const Codec* codec = FindCodec(traits.type);
    if (codec == nullptr || codec->quantize_row == nullptr) continue;
    CodecErrors errors;
    errors.type = traits.type;
    const uint64_t row_bytes = *RowBytes(traits.type, kColumns);
    errors.bits_per_weight = 8.0 * static_cast<double>(row_bytes) / kColumns;
    errors.normal_effort = Measure(*codec, codec->quantize_row, sample);
    errors.high_effort =
        codec->quantize_row_high == nullptr
            ? errors.normal_effort
            : Measure(*codec, codec->quantize_row_high, sample);
    std::vector<uint8_t> blocks(row_bytes);
    std::vector<float> values(kColumns);
    codec->quantize_row(sample.values.data(), kColumns, nullptr, blocks.data());
    errors.decoded_weights_per_second = Rate(sample, [&](int64_t) {
      codec->dequantize_row(blocks.data(), kColumns, values.data());
    });
    all.push_back(errors);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const CodecErrors& a, const CodecErrors& b) {
                     return a.bits_per_weight < b.bits_per_weight;
                   });
  return all;
}

std::string RenderCodecErrors(const std::vector<CodecErrors>& all) {
  std::string text =
      "| type | bits per weight | RMSE, % | SNR, dB | RMSE by importance, % |\n"
      "|---|---:|---:|---:|---:|\n";
  for (const CodecErrors& errors : all) {
    const CodecError& normal = errors.normal_effort;
    const CodecError& high = errors.high_effort;
    absl::StrAppend(
        &text, "| ", DTypeName(errors.type), " | ",
        absl::StrFormat("%.5g", errors.bits_per_weight), " | ",
        Pair(errors, Percent(normal.rmse), Percent(high.rmse)), " | ",
        Pair(errors, Decibel(normal.snr_db), Decibel(high.snr_db)), " | ",
        Pair(errors, Percent(normal.weighted), Percent(high.weighted)), " |\n");
  }
  absl::StrAppend(
      &text,
      "\n| type | to blocks, million weights/s | with high effort | "
      "to floats |\n|---|---:|---:|---:|\n");
  for (const CodecErrors& errors : all) {
    const bool has_high = FindCodec(errors.type)->quantize_row_high != nullptr;
    absl::StrAppend(
        &text, "| ", DTypeName(errors.type), " | ",
        Millions(errors.normal_effort.weights_per_second), " | ",
        has_high ? Millions(errors.high_effort.weights_per_second) : "", " | ",
        Millions(errors.decoded_weights_per_second), " |\n");
  }
  return text;
}

}  // namespace tessera
