#include "formats/safetensors/shard_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

constexpr uint64_t kMostShards = 100'000;
constexpr size_t kMostDigits = 9;
constexpr absl::string_view kOf = "-of-";

// The digits at the end of `text`, or at its front.
absl::string_view LastDigits(absl::string_view text) {
  size_t begin = text.size();
  while (begin > 0 && absl::ascii_isdigit(text[begin - 1])) --begin;
  return text.substr(begin);
}

absl::string_view FirstDigits(absl::string_view text) {
  size_t end = 0;
  while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
  return text.substr(0, end);
}

std::optional<uint64_t> Number(absl::string_view digits) {
  uint64_t number = 0;
  if (digits.size() > kMostDigits || !absl::SimpleAtoi(digits, &number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::string ShardName::Of(uint64_t other_number) const {
  std::string text = absl::StrCat(other_number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return absl::StrCat(stem, "-", text, kOf, count_text, suffix);
}

std::optional<ShardName> ParseShardName(absl::string_view name) {
  const size_t of = name.rfind(kOf);
  if (of == absl::string_view::npos) return std::nullopt;
  absl::string_view stem = name.substr(0, of);
  absl::string_view suffix = name.substr(of + kOf.size());
  const absl::string_view number = LastDigits(stem);
  const absl::string_view count = FirstDigits(suffix);
  stem.remove_suffix(number.size());
  suffix.remove_prefix(count.size());
  const std::optional<uint64_t> number_value = Number(number);
  const std::optional<uint64_t> count_value = Number(count);
  if (!number_value.has_value() || !count_value.has_value() ||
      *count_value == 0 || *count_value > kMostShards ||
      *number_value > *count_value || !absl::ConsumeSuffix(&stem, "-") ||
      !absl::StartsWith(suffix, ".") ||
      !absl::EndsWith(suffix, ".safetensors")) {
    return std::nullopt;
  }
  ShardName shard;
  shard.stem = std::string(stem);
  shard.number = *number_value;
  shard.digits = number.size();
  shard.count_text = std::string(count);
  shard.count = *count_value;
  shard.suffix = std::string(suffix);
  return shard;
}

}  // namespace tessera
