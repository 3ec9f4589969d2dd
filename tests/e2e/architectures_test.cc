// Tiny models of each architecture, from Hugging Face folders and from GGUF,
// against reference logits.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"
#include "tests/testing/architecture_golden.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

// A model to convert, and what it must compute.
struct Case {
  std::string model;       // folder in testdata/arch
  std::string input;       // in that folder
  std::string golden;      // likewise, without .json and .bin
  double exact_tolerance;  // testdata/README.md has its origin
};

const Case kCases[] = {
    {"qwen2", "hf", "golden", 1e-4},
    {"qwen3", "hf", "golden", 2e-4},
    {"qwen3", "model-Q8_0.gguf", "golden-Q8_0", 2e-4},
};

// Keys and values in float16, and activations in 8 bits, alone move logits by
// this much; a token whose margin is smaller may be another.
constexpr double kRoundedTolerance = 0.9;

int32_t ArgMax(absl::Span<const float> logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) -
                              logits.begin());
}

class ArchitecturesTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const std::string folder =
        absl::StrCat("testdata/arch/", GetParam().model, "/");
    input_ = folder + GetParam().input;
    auto prompts = ReadArchitectureGolden(folder + GetParam().golden);
    ASSERT_TRUE(prompts.ok()) << prompts.status();
    prompts_ = *std::move(prompts);
  }

  std::unique_ptr<LoadedArena> Convert(LayoutOrder layout) {
    const std::string path = testing::TempDir() + "/architecture.arena";
    ConvertModelOptions options;
    options.layout = layout;
    const absl::Status status = ConvertModel(input_, path, options);
    EXPECT_TRUE(status.ok()) << status;
    auto arena = LoadedArena::Open(path, LoadOptions());
    EXPECT_TRUE(arena.ok()) << arena.status();
    return *std::move(arena);
  }

  std::unique_ptr<Decoder> NewDecoder(const LoadedArena& arena, Isa isa,
                                      bool exact) {
    DecoderOptions options;
    options.isa = isa;
    options.pool = &pool_;
    options.max_logit_rows = 64;
    options.exact = exact;
    auto decoder = Decoder::Create(arena, options);
    EXPECT_TRUE(decoder.ok()) << decoder.status();
    return *std::move(decoder);
  }

  // The logits of all prompts, and how many greedy tokens are the golden ones.
  std::vector<float> Run(Decoder& decoder, std::vector<int64_t>* equal) {
    std::vector<float> all;
    for (const GoldenPrompt& prompt : prompts_) {
      decoder.Reset();
      auto logits = decoder.Forward(prompt.ids, prompt.logit_tokens);
      EXPECT_TRUE(logits.ok()) << logits.status();
      all.insert(all.end(), logits->begin(), logits->end());
      absl::Span<const float> last = logits->last(decoder.vocab_size());
      int64_t same = 0;
      for (const int32_t golden : prompt.greedy_ids) {
        if (ArgMax(last) != golden) break;
        ++same;
        last = *decoder.Forward({golden}, 1);
      }
      equal->push_back(same);
    }
    return all;
  }

  double MaxDifference(const std::vector<float>& logits) const {
    double difference = 0;
    size_t i = 0;
    for (const GoldenPrompt& prompt : prompts_) {
      for (const float expected : prompt.logits) {
        difference = std::max(difference,
                              std::abs(double{logits[i++]} - double{expected}));
      }
    }
    EXPECT_EQ(i, logits.size());
    return difference;
  }

  std::string input_;
  std::vector<GoldenPrompt> prompts_;
  ThreadPool pool_{2};
};

TEST_P(ArchitecturesTest, ExactArithmeticIsExact) {
  const auto arena = Convert(LayoutOrder::kInterleaved);
  for (const Isa isa : SupportedIsas()) {
    SCOPED_TRACE(std::string(IsaName(isa)));
    std::vector<int64_t> equal;
    const std::vector<float> logits =
        Run(*NewDecoder(*arena, isa, /*exact=*/true), &equal);
    EXPECT_LE(MaxDifference(logits), GetParam().exact_tolerance);
    for (size_t p = 0; p < prompts_.size(); ++p) {
      EXPECT_EQ(equal[p], prompts_[p].greedy_ids.size()) << "prompt " << p;
    }
  }
}

TEST_P(ArchitecturesTest, EveryIsaAndLayoutIsNear) {
  for (const LayoutOrder layout :
       {LayoutOrder::kRowMajor, LayoutOrder::kInterleaved,
        LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    const auto arena = Convert(layout);
    for (const Isa isa : SupportedIsas()) {
      SCOPED_TRACE(absl::StrCat(LayoutOrderName(layout), ", ", IsaName(isa)));
      std::vector<int64_t> equal;
      const std::vector<float> logits =
          Run(*NewDecoder(*arena, isa, /*exact=*/false), &equal);
      EXPECT_LE(MaxDifference(logits), kRoundedTolerance);
      for (size_t p = 0; p < prompts_.size(); ++p) {
        const GoldenPrompt& prompt = prompts_[p];
        int64_t sure = 0;
        while (sure < static_cast<int64_t>(prompt.greedy_ids.size()) &&
               prompt.greedy_margins[sure] > kRoundedTolerance / 2) {
          ++sure;
        }
        EXPECT_GE(equal[p], sure) << "prompt " << p;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ArchitecturesTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& info) {
                           std::string name = absl::StrCat(
                               info.param.model, "_", info.param.input);
                           for (char& c : name) {
                             if (!absl::ascii_isalnum(c)) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace tessera
