// A context that is shifted goes on as a text that begins with what was kept.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/llm/generator.h"
#include "runtime/model/decoder.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

constexpr int64_t kContext = 100;  // more than the windows, and a block

class NoTokenizer : public Tokenizer {
 public:
  std::vector<int32_t> Encode(absl::string_view,
                              const EncodeOptions&) const override {
    return {};
  }
  std::string Decode(int32_t) const override { return "."; }
  std::string DecodeAll(absl::Span<const int32_t>, bool) const override {
    return "";
  }
  absl::string_view Spelling(int32_t) const override { return ""; }
  int32_t size() const override { return 0; }
  bool IsEndOfGeneration(int32_t) const override { return false; }
};

class ContextShiftTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string path = testing::TempDir() + "/shift.arena";
    const absl::Status status = ConvertModel(
        absl::StrCat("testdata/arch/", GetParam(), "/hf"), path, {});
    ASSERT_TRUE(status.ok()) << status;
    auto arena = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(arena.ok()) << arena.status();
    arena_ = *std::move(arena);
    DecoderOptions options;
    options.pool = &pool_;
    options.ctx_size = kContext;
    options.max_batch = 16;
    auto decoder = Decoder::Create(*arena_, options);
    ASSERT_TRUE(decoder.ok()) << decoder.status();
    decoder_ = *std::move(decoder);
  }

  // What is generated greedily after `prompt`; `texts_` are what the decoder
  // was given, one for each time that it began anew.
  std::vector<int32_t> Generated(const std::vector<int32_t>& prompt,
                                 const GenerateOptions& options) {
    SamplerOptions greedy;
    greedy.temperature = 0;
    greedy.presence_penalty = 3;  // so that it does not end in a loop
    Sampler sampler(greedy, decoder_->vocab_size());
    decoder_->Reset();
    texts_ = {{}};
    const auto generation = Generate(
        prompt, options, kContext, NoTokenizer(), sampler,
        [&](absl::Span<const int32_t> ids) {
          texts_.back().insert(texts_.back().end(), ids.begin(), ids.end());
          auto logits = decoder_->Forward(ids, 1);
          if (texts_.size() > 1 && ids.size() > 1 && logits.ok()) {
            after_shift_.emplace_back(logits->begin(), logits->end());
          }
          return logits;
        },
        [](absl::string_view) {});
    EXPECT_TRUE(generation.ok()) << generation.status();
    return generation->ids;
  }

  std::unique_ptr<LoadedArena> arena_;
  ThreadPool pool_{2};
  std::unique_ptr<Decoder> decoder_;
  std::vector<std::vector<int32_t>> texts_;
  std::vector<std::vector<float>> after_shift_;
};

TEST_P(ContextShiftTest, GoesOnAsATextThatBeginsWithWhatWasKept) {
  std::vector<int32_t> prompt;
  for (int i = 0; i < 40; ++i) prompt.push_back((i * 37 + i * i) % 200 + 3);
  GenerateOptions options;
  options.n_predict = 200;
  options.shift.emplace();
  options.shift->keep = 5;
  options.shift->forget = [this] {
    decoder_->Reset();
    texts_.emplace_back();
  };
  const std::vector<int32_t> ids = Generated(prompt, options);
  ASSERT_EQ(ids.size(), 200u);
  const auto texts = texts_;
  ASSERT_GT(texts.size(), 3u);
  // 5 tokens, the younger half of the other 95, and the one that came.
  constexpr size_t kAfterShift = 5 + 48 + 1;
  for (size_t i = 0; i + 1 < texts.size(); ++i) {
    EXPECT_EQ(texts[i].size(), static_cast<size_t>(kContext));
    EXPECT_TRUE(
        std::equal(prompt.begin(), prompt.begin() + 5, texts[i + 1].begin()));
    EXPECT_TRUE(std::equal(texts[i].end() - 48, texts[i].end(),
                           texts[i + 1].begin() + 5));
  }
  // The logits after each shift are those of a model that has seen nothing
  // else.
  ASSERT_EQ(after_shift_.size(), texts.size() - 1);
  DecoderOptions fresh_options;
  fresh_options.pool = &pool_;
  fresh_options.ctx_size = kContext;
  fresh_options.max_batch = 16;
  for (size_t i = 0; i < after_shift_.size(); ++i) {
    const auto fresh = Decoder::Create(*arena_, fresh_options);
    ASSERT_TRUE(fresh.ok()) << fresh.status();
    const auto logits = (*fresh)->Forward(
        absl::MakeConstSpan(texts[i + 1]).first(kAfterShift), 1);
    ASSERT_TRUE(logits.ok()) << logits.status();
    EXPECT_EQ(after_shift_[i],
              std::vector<float>(logits->begin(), logits->end()));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ContextShiftTest,
                         testing::Values("mistral-swa", "gpt2", "gemma3",
                                         "phi3-longrope", "llama-rope-yarn"));

}  // namespace
}  // namespace tessera
