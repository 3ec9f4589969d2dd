#include "runtime/tokenizer/decoder.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "runtime/tokenizer/byte_level.h"
#include "runtime/tokenizer/byte_tokens.h"

namespace tessera {
namespace {

constexpr int kMaxSteps = 64;

using Texts = std::vector<std::string>;

bool IsOneChar(absl::string_view text) {
  return !text.empty() && text.size() <= 4 && Utf8CharSize(text) == text.size();
}

// Runs of byte tokens become text; where they are no UTF-8, each is U+FFFD.
Texts DecodeByteTokens(const Texts& tokens) {
  Texts texts;
  std::string bytes;
  const auto end_run = [&] {
    if (bytes.empty()) return;
    if (Utf8PrefixSize(bytes) == bytes.size()) {
      texts.push_back(bytes);
    } else {
      texts.insert(texts.end(), bytes.size(), "\uFFFD");
    }
    bytes.clear();
  };
  for (const std::string& token : tokens) {
    if (const auto byte = ParseByteToken(token)) {
      bytes.push_back(static_cast<char>(*byte));
    } else {
      end_run();
      texts.push_back(token);
    }
  }
  end_run();
  return texts;
}

std::string ReplaceAll(const DecoderStep::Replace& step, const Regex* regex,
                       const std::string& text) {
  if (regex == nullptr) {
    return absl::StrReplaceAll(text, {{step.pattern(), step.content()}});
  }
  if (Utf8PrefixSize(text) != text.size()) return text;
  Regex::Scratch scratch;
  std::string result;
  size_t position = 0;
  regex->ForEachMatch(text, &scratch, [&](size_t begin, size_t end) {
    result.append(text, position, begin - position);
    result += step.content();
    position = end;
  });
  result.append(text, position);
  return result;
}

std::string Strip(const DecoderStep::Strip& step, const std::string& text) {
  absl::string_view rest = text;
  const absl::string_view content = step.content();
  for (uint32_t i = 0; i < step.start(); ++i) {
    if (rest.substr(0, content.size()) != content) break;
    rest.remove_prefix(content.size());
  }
  // As the Rust library, a character may count for both ends.
  absl::string_view tail = text;
  for (uint32_t i = 0; i < step.stop(); ++i) {
    if (tail.size() < content.size() ||
        tail.substr(tail.size() - content.size()) != content) {
      break;
    }
    tail.remove_suffix(content.size());
  }
  const size_t removed = text.size() - tail.size();
  if (removed > rest.size()) return "";
  rest.remove_suffix(removed);
  return std::string(rest);
}

std::string DecodeMetaspace(const SplitStep::Metaspace& step, bool is_first,
                            const std::string& text) {
  const bool remove =
      is_first && step.prepend_scheme() != SplitStep::Metaspace::NEVER;
  return absl::StrReplaceAll(text, {{step.replacement(), remove ? "" : " "}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Decoder>> Decoder::Create(
    const google::protobuf::RepeatedPtrField<DecoderStep>& steps) {
  if (steps.size() > kMaxSteps) {
    return absl::DataLossError("tokenizer: more than 64 decoders");
  }
  std::unique_ptr<Decoder> decoder(new Decoder);
  bool fused = false;
  for (const DecoderStep& step : steps) {
    Rule rule{step, nullptr, fused};
    switch (step.step_case()) {
      case DecoderStep::kReplace:
        if (step.replace().pattern().empty()) {
          return absl::DataLossError("tokenizer: nothing to replace");
        }
        if (step.replace().is_regex()) {
          TESSERA_ASSIGN_OR_RETURN(rule.regex,
                                   Regex::Create(step.replace().pattern()));
        }
        break;
      case DecoderStep::kStrip:
        if (!IsOneChar(step.strip().content())) {
          return absl::DataLossError("tokenizer: not one character to strip");
        }
        break;
      case DecoderStep::kMetaspace:
        if (!IsOneChar(step.metaspace().replacement())) {
          return absl::DataLossError(
              "tokenizer: not one character to stand for a space");
        }
        break;
      case DecoderStep::STEP_NOT_SET:
        return absl::UnimplementedError(
            "tokenizer: a decoder that is not known to this version of "
            "Tessera");
      default:
        break;
    }
    fused = fused || step.has_fuse() || step.has_byte_level();
    decoder->rules_.push_back(std::move(rule));
  }
  return decoder;
}

std::string Decoder::DecodeAll(Texts tokens) const {
  for (const Rule& rule : rules_) {
    switch (rule.step.step_case()) {
      case DecoderStep::kByteLevel: {
        std::string bytes;
        for (const std::string& token : tokens) {
          bytes += DecodeByteLevelToken(token);
        }
        tokens = {Utf8Lossy(bytes)};
        break;
      }
      case DecoderStep::kByteFallback:
        tokens = DecodeByteTokens(tokens);
        break;
      case DecoderStep::kFuse:
        tokens = {absl::StrJoin(tokens, "")};
        break;
      case DecoderStep::kReplace:
        for (std::string& token : tokens) {
          token = ReplaceAll(rule.step.replace(), rule.regex.get(), token);
        }
        break;
      case DecoderStep::kStrip:
        for (std::string& token : tokens) {
          token = Strip(rule.step.strip(), token);
        }
        break;
      case DecoderStep::kMetaspace:
        for (size_t i = 0; i < tokens.size(); ++i) {
          tokens[i] = DecodeMetaspace(rule.step.metaspace(), i == 0, tokens[i]);
        }
        break;
      case DecoderStep::STEP_NOT_SET:
        break;
    }
  }
  return absl::StrJoin(tokens, "");
}

std::string Decoder::DecodeOne(absl::string_view token) const {
  std::string text(token);
  for (const Rule& rule : rules_) {
    switch (rule.step.step_case()) {
      case DecoderStep::kByteLevel:
        text = DecodeByteLevelToken(text);
        break;
      case DecoderStep::kByteFallback:
        if (const auto byte = ParseByteToken(text)) {
          text = std::string(1, static_cast<char>(*byte));
        }
        break;
      case DecoderStep::kReplace:
        text = ReplaceAll(rule.step.replace(), rule.regex.get(), text);
        break;
      case DecoderStep::kStrip:
        if (!rule.behind_fuse) text = Strip(rule.step.strip(), text);
        break;
      case DecoderStep::kMetaspace:
        text = DecodeMetaspace(rule.step.metaspace(), false, text);
        break;
      case DecoderStep::kFuse:
      case DecoderStep::STEP_NOT_SET:
        break;
    }
  }
  return text;
}

}  // namespace tessera
