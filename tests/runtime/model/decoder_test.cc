#include "runtime/model/decoder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

constexpr char kModelFolder[] = "testdata/tiny";

// The tiny model as an arena; converted once per kind and test process.
std::unique_ptr<LoadedArena> OpenModel(absl::string_view quantize,
                                       LayoutOrder layout) {
  const std::string path =
      absl::StrCat(testing::TempDir(), "/decoder_", quantize, "_",
                   LayoutOrderName(layout), ".arena");
  ConvertModelOptions options;
  options.quantize = quantize;
  options.layout = layout;
  const absl::Status status = ConvertModel(kModelFolder, path, options);
  EXPECT_TRUE(status.ok()) << status;
  auto arena = LoadedArena::Open(path, LoadOptions());
  EXPECT_TRUE(arena.ok()) << arena.status();
  return *std::move(arena);
}

std::vector<int32_t> SomeIds(int count) {
  std::vector<int32_t> ids;
  for (int i = 0; i < count; ++i) ids.push_back((i * 37 + 5) % 1024);
  return ids;
}

bool HasGemm(Isa isa) {
  return KernelTableFor(isa).split_activations != nullptr;
}

// The best ISA whose results do not depend on how many tokens go together.
Isa BestWithoutGemm() {
  Isa best = Isa::kScalar;
  for (const Isa isa : SupportedIsas()) {
    if (!HasGemm(isa)) best = isa;
  }
  return best;
}

std::unique_ptr<Decoder> NewDecoder(const LoadedArena& arena, Isa isa,
                                    ThreadPool* pool, int64_t max_batch,
                                    int64_t logit_rows, bool exact) {
  DecoderOptions options;
  options.isa = isa;
  options.pool = pool;
  options.max_batch = max_batch;
  options.max_logit_rows = logit_rows;
  options.exact = exact;
  auto decoder = Decoder::Create(arena, options);
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  return *std::move(decoder);
}

// The logits after each of `ids`, fed in pieces of `piece`.
std::vector<float> LogitsOf(const LoadedArena& arena, Isa isa, int threads,
                            int64_t max_batch, int64_t piece, bool exact,
                            const std::vector<int32_t>& ids) {
  ThreadPool pool(threads);
  const auto decoder = NewDecoder(arena, isa, &pool, max_batch, piece, exact);
  std::vector<float> all;
  for (size_t i = 0; i < ids.size(); i += piece) {
    const auto part = absl::MakeConstSpan(ids).subspan(i, piece);
    const auto logits = decoder->Forward(part, part.size());
    EXPECT_TRUE(logits.ok()) << logits.status();
    all.insert(all.end(), logits->begin(), logits->end());
  }
  EXPECT_EQ(decoder->position(), static_cast<int64_t>(ids.size()));
  return all;
}

// A model of fewer tokens than its matrices have rows.
TEST(DecoderPaddingTest, RowsThatPadTheVocabularyHaveNoLogits) {
  constexpr size_t kTokens = 1000;
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "padded";
  fs::create_directories(folder);
  std::stringstream config;
  config << std::ifstream(absl::StrCat(kModelFolder, "/config.json")).rdbuf();
  std::ofstream(folder / "config.json") << absl::StrReplaceAll(
      config.str(), {{"\"vocab_size\": 1024", "\"vocab_size\": 1000"}});
  fs::copy_file(fs::path(kModelFolder) / "model.safetensors",
                folder / "model.safetensors",
                fs::copy_options::overwrite_existing);
  std::vector<int32_t> ids = SomeIds(9);
  for (int32_t& id : ids) id %= kTokens;
  for (const LayoutOrder layout :
       {LayoutOrder::kInterleaved, LayoutOrder::kRowMajor,
        LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    ConvertModelOptions options;
    options.layout = layout;
    options.quantize = "Q8_0";
    const std::string path = (folder / "padded.arena").string();
    const absl::Status status = ConvertModel(folder.string(), path, options);
    ASSERT_TRUE(status.ok()) << status;
    const auto padded = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(padded.ok()) << padded.status();
    const Isa isa = BestWithoutGemm();
    const std::vector<float> logits =
        LogitsOf(**padded, isa, 2, 4, 5, /*exact=*/false, ids);
    const std::vector<float> all = LogitsOf(*OpenModel("Q8_0", layout), isa, 2,
                                            4, 5, /*exact=*/false, ids);
    ASSERT_EQ(logits.size(), ids.size() * kTokens);
    for (size_t i = 0; i < ids.size(); ++i) {
      EXPECT_TRUE(std::equal(&logits[i * kTokens],
                             &logits[i * kTokens] + kTokens, &all[i * 1024]))
          << LayoutOrderName(layout) << " " << i;
    }
  }
}

struct Case {
  absl::string_view quantize;
  LayoutOrder layout;
  bool exact;
};

class DecoderInvarianceTest : public testing::TestWithParam<Case> {};

TEST_P(DecoderInvarianceTest, LogitsDependOnTheTokensAlone) {
  const auto arena = OpenModel(GetParam().quantize, GetParam().layout);
  const bool exact = GetParam().exact;
  const Isa isa = exact ? SupportedIsas().back() : BestWithoutGemm();
  const std::vector<int32_t> ids = SomeIds(75);
  const std::vector<float> one_by_one =
      LogitsOf(*arena, isa, 1, 256, 1, exact, ids);
  ASSERT_EQ(one_by_one.size(), ids.size() * 1024);
  EXPECT_EQ(one_by_one, LogitsOf(*arena, isa, 3, 256, 75, exact, ids));
  EXPECT_EQ(one_by_one, LogitsOf(*arena, isa, 2, 7, 75, exact, ids));
  EXPECT_EQ(one_by_one, LogitsOf(*arena, isa, 2, 16, 13, exact, ids));
}

// A gemm for many tokens rounds differently, but it does not matter to it which
// tokens go together, nor how many threads there are.
TEST_P(DecoderInvarianceTest, GemmRoundsButDoesNotDependOnThreads) {
  const auto arena = OpenModel(GetParam().quantize, GetParam().layout);
  const bool exact = GetParam().exact;
  const std::vector<int32_t> ids = SomeIds(64);
  for (const Isa isa : SupportedIsas()) {
    if (!HasGemm(isa)) continue;
    const std::vector<float> few =
        LogitsOf(*arena, isa, 1, 256, 20, exact, ids);
    EXPECT_EQ(few, LogitsOf(*arena, isa, 2, 256, 1, exact, ids));
    const std::vector<float> many =
        LogitsOf(*arena, isa, 1, 256, 64, exact, ids);
    EXPECT_EQ(many, LogitsOf(*arena, isa, 3, 256, 64, exact, ids));
    EXPECT_EQ(many, LogitsOf(*arena, isa, 2, 32, 64, exact, ids));
    double squares = 0;
    for (size_t i = 0; i < few.size(); ++i) {
      squares += (few[i] - many[i]) * (few[i] - many[i]);
    }
    // What int8 activations cost by themselves; docs/kernels.md.
    EXPECT_LT(std::sqrt(squares / few.size()), 0.08);
  }
}

// The last layer computes keys and values for all tokens, the rest for those
// whose logits are wanted: the same bits, and the same cache.
TEST_P(DecoderInvarianceTest, LogitsDoNotDependOnHowManyAreWanted) {
  const auto arena = OpenModel(GetParam().quantize, GetParam().layout);
  const Isa isa = BestWithoutGemm();
  const std::vector<int32_t> ids = SomeIds(75);
  const std::vector<float> all =
      LogitsOf(*arena, isa, 1, 256, 75, GetParam().exact, ids);
  for (int64_t wanted : {0, 1, 2, 9, 16, 73}) {
    ThreadPool pool(2);
    const auto decoder =
        NewDecoder(*arena, isa, &pool, 256, 75, GetParam().exact);
    const auto most = absl::MakeConstSpan(ids).first(74);
    const auto logits = decoder->Forward(most, wanted);
    ASSERT_TRUE(logits.ok());
    const float* expected = all.data() + (74 - wanted) * 1024;
    EXPECT_EQ(std::vector<float>(logits->begin(), logits->end()),
              std::vector<float>(expected, expected + wanted * 1024));
    const auto next = decoder->Forward({ids.back()}, 1);
    ASSERT_TRUE(next.ok());
    EXPECT_EQ(std::vector<float>(next->begin(), next->end()),
              std::vector<float>(all.end() - 1024, all.end()));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, DecoderInvarianceTest,
    testing::Values(Case{"Q4_0", LayoutOrder::kInterleaved, false},
                    Case{"Q4_K_M", LayoutOrder::kInterleaved, false},
                    Case{"F16", LayoutOrder::kInterleaved, false},
                    Case{"INT8", LayoutOrder::kInterleaved, false},
                    Case{"Q8_0", LayoutOrder::kRowMajor, false},
                    Case{"Q4_0", LayoutOrder::kInterleaved, true}),
    [](const testing::TestParamInfo<Case>& info) {
      return absl::StrCat(info.param.quantize, "_",
                          LayoutOrderName(info.param.layout),
                          info.param.exact ? "_exact" : "");
    });

class DecoderTest : public testing::Test {
 protected:
  DecoderTest() : arena_(OpenModel("Q4_0", LayoutOrder::kInterleaved)) {
    options_.isa = SupportedIsas().back();
    options_.pool = &pool_;
    options_.ctx_size = 20;
    options_.max_batch = 8;
    options_.max_logit_rows = 12;
  }

  std::unique_ptr<Decoder> Create() {
    auto decoder = Decoder::Create(*arena_, options_);
    EXPECT_TRUE(decoder.ok()) << decoder.status();
    return *std::move(decoder);
  }

  void ExpectRefused(Decoder& decoder, const std::vector<int32_t>& ids,
                     int64_t rows, absl::string_view text) {
    const int64_t before = decoder.position();
    const auto logits = decoder.Forward(ids, rows);
    EXPECT_EQ(logits.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(logits.status().message(), text))
        << logits.status();
    EXPECT_EQ(decoder.position(), before);
  }

  std::unique_ptr<LoadedArena> arena_;
  ThreadPool pool_{2};
  DecoderOptions options_;
};

TEST_F(DecoderTest, LogitRowsMayReachOverBatches) {
  // Batches of 8, 8 and 1 token: the last 10 logits come from all of them.
  const auto decoder = Create();
  const std::vector<int32_t> ids = SomeIds(17);
  const auto logits = decoder->Forward(ids, 10);
  ASSERT_TRUE(logits.ok());
  const std::vector<float> some(logits->begin(), logits->end());
  const std::vector<float> all =
      LogitsOf(*arena_, BestWithoutGemm(), 1, 256, 1, false, ids);
  EXPECT_EQ(some, std::vector<float>(all.begin() + 7 * 1024, all.end()));
}

TEST_F(DecoderTest, ResetForgetsTheSequence) {
  const auto decoder = Create();
  const auto first = decoder->Forward(SomeIds(5), 1);
  ASSERT_TRUE(first.ok());
  const std::vector<float> expected(first->begin(), first->end());
  ASSERT_TRUE(decoder->Forward({3, 4}, 0).ok());
  decoder->Reset();
  EXPECT_EQ(decoder->position(), 0);
  const auto again = decoder->Forward(SomeIds(5), 1);
  EXPECT_EQ(expected, std::vector<float>(again->begin(), again->end()));
}

TEST_F(DecoderTest, NoLogitsAreGivenWhenNoneAreWanted) {
  const auto decoder = Create();
  const auto logits = decoder->Forward(SomeIds(3), 0);
  ASSERT_TRUE(logits.ok());
  EXPECT_TRUE(logits->empty());
  EXPECT_EQ(decoder->position(), 3);
}

TEST_F(DecoderTest, RefusesRequestsThatDoNotFit) {
  const auto decoder = Create();
  ExpectRefused(*decoder, {}, 0, "no token ids");
  ExpectRefused(*decoder, {1, 1024}, 1, "1024 is not in the vocabulary");
  ExpectRefused(*decoder, {-1}, 1, "-1 is not in the vocabulary");
  ExpectRefused(*decoder, {1, 2}, 3, "3 of 2");
  ExpectRefused(*decoder, SomeIds(15), 13, "at most 12");
  ExpectRefused(*decoder, SomeIds(21), 1, "no room for 21");
  ASSERT_TRUE(decoder->Forward(SomeIds(20), 1).ok());
  ExpectRefused(*decoder, {1}, 1, "no room for 1 more");
}

TEST_F(DecoderTest, RefusesOptionsThatMakeNoSense) {
  options_.max_batch = 0;
  EXPECT_EQ(Decoder::Create(*arena_, options_).status().code(),
            absl::StatusCode::kInvalidArgument);
  options_.max_batch = 1;
  options_.ctx_size = -1;
  EXPECT_EQ(Decoder::Create(*arena_, options_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(DecoderTest, TheContextIsTheModelsByDefault) {
  options_.ctx_size = 0;
  EXPECT_EQ(Create()->ctx_size(), 512);
}

TEST_F(DecoderTest, EveryIsaComputesTheSame) {
  std::vector<float> scalar;
  for (const Isa isa : SupportedIsas()) {
    options_.isa = isa;
    const auto decoder = Create();
    const auto logits = decoder->Forward(SomeIds(12), 12);
    ASSERT_TRUE(logits.ok());
    if (isa == Isa::kScalar) scalar.assign(logits->begin(), logits->end());
    for (size_t i = 0; i < scalar.size(); ++i) {
      ASSERT_NEAR((*logits)[i], scalar[i], 0.05) << IsaName(isa);
    }
  }
}

TEST_F(DecoderTest, StreamedWeightsGiveTheSameLogits) {
  const auto arena = OpenModel("Q8_0", LayoutOrder::kInterleaved);
  ASSERT_EQ(arena->weight_stream(), nullptr);
  LoadOptions options;
  options.memory_bytes = 1;
  const auto streamed = LoadedArena::Open(arena->path(), options);
  ASSERT_TRUE(streamed.ok()) << streamed.status();
  ASSERT_NE((*streamed)->weight_stream(), nullptr);
  const std::vector<int32_t> ids = SomeIds(12);
  const Isa isa = BestWithoutGemm();
  EXPECT_EQ(LogitsOf(**streamed, isa, 2, 4, 3, false, ids),
            LogitsOf(*arena, isa, 2, 4, 3, false, ids));
}

}  // namespace
}  // namespace tessera
