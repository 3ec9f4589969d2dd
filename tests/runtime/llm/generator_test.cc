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
  absl::string_view Spelling(int32_t) const override { return ""; }
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
