#include "runtime/llm/generator.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// Ids are bytes; 0 ends a generation.
class ByteTokenizer : public Tokenizer {
 public:
  std::vector<int32_t> Encode(absl::string_view text,
                              const EncodeOptions&) const override {
    return std::vector<int32_t>(text.begin(), text.end());
  }
  std::string Decode(int32_t id) const override {
    return id == 0 ? "" : std::string(1, static_cast<char>(id));
  }
  std::string DecodeAll(absl::Span<const int32_t> ids, bool) const override {
    std::string text;
    for (const int32_t id : ids) text += Decode(id);
    return text;
  }
  absl::string_view Spelling(int32_t id) const override {
    return id == 0 ? "<end>" : "";
  }
  int32_t size() const override { return 256; }
  bool IsEndOfGeneration(int32_t id) const override { return id == 0; }
};

// A model that says `text_` byte by byte, whatever it is given.
class Parrot {
 public:
  explicit Parrot(std::string text) : text_(std::move(text)) {}

  absl::StatusOr<absl::Span<const float>> Forward(
      absl::Span<const int32_t> ids) {
    tokens_ += static_cast<int64_t>(ids.size());
    if (ids.size() > 1) ++prefills_;
    logits_.assign(256, 0);
    logits_[static_cast<uint8_t>(text_[said_++ % text_.size()])] = 1;
    return absl::MakeConstSpan(logits_);
  }

  int64_t tokens() const { return tokens_; }
  int prefills() const { return prefills_; }

 private:
  const std::string text_;
  size_t said_ = 0;
  int64_t tokens_ = 0;
  int prefills_ = 0;
  std::vector<float> logits_;
};

struct Result {
  absl::StatusOr<Generation> generation;
  std::vector<std::string> pieces;
  int64_t tokens;  // that the model was given
};

Result GenerateWith(Parrot parrot, const GenerateOptions& options, int64_t room,
                    const std::vector<int32_t>& prompt) {
  SamplerOptions greedy;
  greedy.temperature = 0;
  Sampler sampler(greedy, 256);
  std::vector<std::string> pieces;
  auto generation = Generate(
      prompt, options, room, ByteTokenizer(), sampler,
      [&](absl::Span<const int32_t> ids) { return parrot.Forward(ids); },
      [&](absl::string_view text) { pieces.emplace_back(text); });
  return {std::move(generation), pieces, parrot.tokens()};
}

using Pieces = std::vector<std::string>;

TEST(GeneratorTest, StopsWhenTheModelSaysSo) {
  const Result result =
      GenerateWith(Parrot(std::string("abc\0d", 5)), {}, 100, {'x', 'y'});
  ASSERT_TRUE(result.generation.ok());
  EXPECT_EQ(result.pieces, (Pieces{"a", "b", "c"}));
  EXPECT_EQ(result.generation->ids, (std::vector<int32_t>{'a', 'b', 'c', 0}));
  EXPECT_EQ(result.generation->stop, StopReason::kEndOfGeneration);
  EXPECT_EQ(result.generation->decode_steps, 3);
  EXPECT_EQ(result.tokens, 5);
}

TEST(GeneratorTest, GoesOnIfToldTo) {
  GenerateOptions options;
  options.ignore_eos = true;
  options.n_predict = 5;
  const Result result =
      GenerateWith(Parrot(std::string("ab\0cd", 5)), options, 100, {'x'});
  EXPECT_EQ(result.pieces, (Pieces{"a", "b", "c", "d"}));
  EXPECT_EQ(result.generation->stop, StopReason::kLength);
}

TEST(GeneratorTest, StopsAtTheLength) {
  GenerateOptions options;
  options.n_predict = 2;
  const Result result = GenerateWith(Parrot("abc"), options, 100, {'x', 'y'});
  EXPECT_EQ(result.generation->ids.size(), 2u);
  EXPECT_EQ(result.generation->stop, StopReason::kLength);
  // Nobody needs what follows the last token.
  EXPECT_EQ(result.tokens, 3);
  options.n_predict = 0;
  const Result nothing = GenerateWith(Parrot("abc"), options, 100, {'x'});
  EXPECT_TRUE(nothing.generation->ids.empty());
}

TEST(GeneratorTest, StopsWhenTheContextIsFull) {
  const Result result = GenerateWith(Parrot("abc"), {}, 5, {'x', 'y', 'z'});
  ASSERT_TRUE(result.generation.ok()) << result.generation.status();
  // Two more fit, and the token that follows them is known, too.
  EXPECT_EQ(result.generation->ids.size(), 3u);
  EXPECT_EQ(result.generation->stop, StopReason::kContextFull);
  EXPECT_EQ(result.tokens, 5);
}

TEST(GeneratorTest, StopsWhenTheCallerWantsNoMore) {
  GenerateOptions options;
  int asked = 0;
  options.wants_stop = [&asked] { return ++asked == 2; };
  const Result result = GenerateWith(Parrot("abc"), options, 100, {'x', 'y'});
  EXPECT_EQ(result.pieces, (Pieces{"a", "b"}));
  EXPECT_EQ(result.generation->stop, StopReason::kStopped);
  EXPECT_EQ(result.tokens, 3);
}

TEST(GeneratorTest, GivesWholeCharactersOnly) {
  GenerateOptions options;
  options.n_predict = 6;
  const Result result = GenerateWith(Parrot("a\xe2\x82\xac"
                                            "b\xe2"),
                                     options, 100, {'x'});
  EXPECT_EQ(result.pieces, (Pieces{"a", "\xe2\x82\xac", "b", "\xe2"}));
}

TEST(GeneratorTest, EndsBeforeAStopTextThatTokensShare) {
  GenerateOptions options;
  options.stop_texts = {"User:", "\xe2\x82\xac\xe2\x82\xac"};
  const Result result =
      GenerateWith(Parrot("Us.U\xe2\x82\xacUser: x"), options, 100, {'x'});
  // What may become a stop text is held back, and all of it comes.
  EXPECT_EQ(result.pieces, (Pieces{"Us.", "U", "\xe2\x82\xac"}));
  EXPECT_EQ(result.generation->stop, StopReason::kStopText);
  EXPECT_EQ(result.generation->ids.back(), ':');

  options.stop_texts = {"cd", "bcd"};  // the one that begins first
  EXPECT_EQ(GenerateWith(Parrot("abcde"), options, 100, {'x'}).pieces,
            Pieces{"a"});
  options.stop_texts = {"abd"};
  options.n_predict = 2;  // the end sets free what was held back
  EXPECT_EQ(GenerateWith(Parrot("abc"), options, 100, {'x'}).pieces,
            Pieces{"ab"});
}

TEST(GeneratorTest, AControlTokenCanBeAStopText) {
  GenerateOptions options;
  options.ignore_eos = true;
  options.stop_texts = {"<end>"};
  const Result result =
      GenerateWith(Parrot(std::string("ab\0cd", 5)), options, 100, {'x'});
  EXPECT_EQ(result.pieces, (Pieces{"a", "b"}));
  EXPECT_EQ(result.generation->stop, StopReason::kStopText);
}

TEST(GeneratorTest, TellsEachTokenAndItsProbabilities) {
  GenerateOptions options;
  options.n_predict = 3;
  options.logprobs = 2;
  std::vector<int32_t> ids;
  std::string text;
  options.on_token = [&](const GeneratedToken& token) {
    ids.push_back(token.id);
    text += std::string(token.text);
    if (token.id == -1) return;
    ASSERT_EQ(token.probabilities.size(), 3u);
    // One logit of 1 and 255 of 0.
    EXPECT_EQ(token.probabilities[0].id, token.id);
    EXPECT_NEAR(token.probabilities[0].logprob, 1 - std::log(M_E + 255), 1e-6);
    EXPECT_EQ(token.probabilities[1].id, token.id);
    EXPECT_EQ(token.probabilities[2].id, 0);
    EXPECT_NEAR(token.probabilities[2].logprob, -std::log(M_E + 255), 1e-6);
  };
  const Result result =
      GenerateWith(Parrot("a\xe2\x82"), options, 100, {'x', 'y'});
  EXPECT_EQ(ids, (std::vector<int32_t>{'a', 0xe2, 0x82, -1}));
  EXPECT_EQ(text, "a\xe2\x82");
  EXPECT_EQ(result.generation->probabilities.size(), 3u);
}

// What the model is given, and where it begins anew.
struct Shifted {
  std::vector<std::string> given;
  absl::StatusOr<Generation> generation;
};

Shifted GenerateShifted(ContextShift shift, int64_t room, int64_t n_predict) {
  Shifted result;
  Parrot parrot("0123456789");
  GenerateOptions options;
  options.n_predict = n_predict;
  shift.forget = [&] { result.given.emplace_back(); };
  options.shift = shift;
  SamplerOptions greedy;
  greedy.temperature = 0;
  Sampler sampler(greedy, 256);
  result.given.emplace_back();
  const std::vector<int32_t> prompt = {'a', 'b', 'c', 'd'};
  result.generation = Generate(
      prompt, options, room, ByteTokenizer(), sampler,
      [&](absl::Span<const int32_t> ids) {
        result.given.back().append(ids.begin(), ids.end());
        return parrot.Forward(ids);
      },
      [](absl::string_view) {});
  return result;
}

TEST(GeneratorTest, ShiftsTheContextAndGoesOn) {
  const Shifted all = GenerateShifted({0}, 6, 9);
  ASSERT_TRUE(all.generation.ok()) << all.generation.status();
  EXPECT_EQ(all.given,
            (std::vector<std::string>{"abcd01", "d01234", "234567"}));
  EXPECT_EQ(all.generation->stop, StopReason::kLength);
  EXPECT_EQ(all.generation->shifts, 2);
  EXPECT_EQ(all.generation->ids.size(), 9u);

  EXPECT_EQ(GenerateShifted({1}, 6, 9).given,
            (std::vector<std::string>{"abcd01", "ad0123", "a12345", "a34567"}));
  EXPECT_EQ(GenerateShifted({-1}, 6, 5).given,
            (std::vector<std::string>{"abcd01", "abcd12", "abcd23"}));
  EXPECT_EQ(GenerateShifted({100}, 6, 5).given,
            GenerateShifted({-1}, 6, 5).given);
  EXPECT_EQ(GenerateShifted({-1}, 5, 5).generation.status().message(),
            "the context holds 5 tokens, of which 4 are to be kept; use a "
            "larger --ctx_size or a smaller --keep");
}

TEST(GeneratorTest, PromptMustFit) {
  const Result empty = GenerateWith(Parrot("a"), {}, 5, {});
  EXPECT_EQ(empty.generation.status().code(),
            absl::StatusCode::kInvalidArgument);
  const Result full = GenerateWith(Parrot("a"), {}, 2, {'x', 'y', 'z'});
  EXPECT_EQ(full.generation.status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(full.generation.status().message(),
                                "3 tokens, the context holds 2"));
}

// What follows a weight that is no number says nothing; single logits may be.
TEST(GeneratorTest, StopsWhereThereAreNoNumbers) {
  Sampler sampler(SamplerOptions(), 256);
  const std::vector<int32_t> prompt = {'x'};
  GenerateOptions options;
  options.n_predict = 3;
  std::vector<float> logits(256, NAN);
  std::string text;
  const auto generate = [&] {
    return Generate(
        prompt, options, 10, ByteTokenizer(), sampler,
        [&](absl::Span<const int32_t>)
            -> absl::StatusOr<absl::Span<const float>> { return logits; },
        [&](absl::string_view piece) { text += std::string(piece); });
  };
  absl::Status status = generate().status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "all logits are NaN"))
      << status;
  EXPECT_EQ(text, "");
  logits.assign(256, -INFINITY);
  EXPECT_TRUE(absl::IsDataLoss(generate().status()));
  logits['a'] = 1;
  logits['b'] = NAN;
  ASSERT_TRUE(generate().ok());
  EXPECT_EQ(text, "aaa");
}

TEST(GeneratorTest, PassesErrorsOn) {
  Sampler sampler(SamplerOptions(), 256);
  const std::vector<int32_t> prompt = {'x'};
  const auto generation = Generate(
      prompt, {}, 10, ByteTokenizer(), sampler,
      [](absl::Span<const int32_t>) -> absl::StatusOr<absl::Span<const float>> {
        return absl::DataLossError("the disk failed");
      },
      [](absl::string_view) {});
  EXPECT_EQ(generation.status(), absl::DataLossError("the disk failed"));
}

}  // namespace
}  // namespace tessera
