// Tiny models of each architecture, from Hugging Face folders and from GGUF,
// against reference logits.
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
#include "tests/testing/architecture_run.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

// A model to convert, and what it must compute.
struct Case {
  std::string model;       // folder in testdata/arch
  std::string input;       // in that folder
  std::string golden;      // likewise, without .json and .bin
  double exact_tolerance;  // testdata/README.md has its origin
  int64_t ctx_size = 0;    // 0: the decoder's own
};

const Case kCases[] = {
    {"llama-rope-llama3", "hf", "golden", 1.6e-4},
    {"llama-rope-linear", "hf", "golden", 1.2e-4},
    {"llama-rope-yarn", "hf", "golden", 1.4e-4},
    {"llama-bias", "hf", "golden", 1e-4},
    {"mistral-swa", "hf", "exact", 1e-4},
    {"qwen2", "hf", "golden", 1e-4},
    {"qwen3", "hf", "golden", 2e-4},
    {"qwen3", "model-Q8_0.gguf", "golden-Q8_0", 2e-4},
    {"gemma2", "hf", "exact", 1e-4},
    {"gemma3", "hf", "exact", 1e-4},
    {"phi3", "hf", "golden", 1.6e-4},
    {"phi3", "model-Q8_0.gguf", "golden-Q8_0", 1.6e-4},
    {"phi3", "model-Q4_K_M.gguf", "golden-Q4_K_M", 1.6e-4},
    {"phi3-longrope", "hf", "golden", 1.9e-4, 512},
    {"phi3-longrope", "hf", "golden-ctx256", 1.9e-4, 256},
    {"smollm3", "hf", "golden", 2.1e-4},
    {"granite", "hf", "golden", 1e-4},
    {"olmo2", "hf", "golden", 1e-4},
    {"olmo3", "hf", "golden", 1e-4},
    {"glm4", "hf", "golden", 1e-4},
    {"command-r7b", "hf", "golden", 1e-4},
    {"starcoder2", "hf", "exact", 1e-4},
    {"stablelm", "hf", "golden", 1.1e-4},
    {"gpt2", "hf", "exact", 1e-4},
    {"seed_oss", "hf", "golden", 1e-4},
    {"exaone4", "hf", "golden", 1e-4},
    {"gemma", "hf", "exact", 1e-4},
    {"olmo", "hf", "exact", 1e-4},
    {"command-r", "hf", "exact", 1e-4},
    {"gptneox", "hf", "exact", 1e-4},
    {"stablelm-parallel", "hf", "exact", 1e-4},
};

// Keys and values in float16, and activations in 8 bits, alone move logits by
// this much; a token whose margin is smaller may be another.
constexpr double kRoundedTolerance = 1.4;

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

  void Convert(LayoutOrder layout) {
    const std::string path = testing::TempDir() + "/architecture.arena";
    ConvertModelOptions options;
    options.layout = layout;
    const absl::Status status = ConvertModel(input_, path, options);
    ASSERT_TRUE(status.ok()) << status;
    auto arena = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(arena.ok()) << arena.status();
    arena_ = *std::move(arena);
  }

  // Of the arena that was converted last.
  ArchitectureRun Run(ThreadPool& pool, Isa isa, bool exact) {
    DecoderOptions options;
    options.isa = isa;
    options.pool = &pool;
    options.ctx_size = GetParam().ctx_size;
    options.max_logit_rows = 64;
    options.exact = exact;
    auto decoder = Decoder::Create(*arena_, options);
    EXPECT_TRUE(decoder.ok()) << decoder.status();
    if (!decoder.ok()) return {};
    auto run = RunPrompts(**decoder, prompts_);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? *std::move(run) : ArchitectureRun();
  }

  std::string input_;
  std::vector<GoldenPrompt> prompts_;
  std::unique_ptr<LoadedArena> arena_;
  ThreadPool pool_{2};
};

TEST_P(ArchitecturesTest, ExactArithmeticIsExact) {
  ASSERT_NO_FATAL_FAILURE(Convert(LayoutOrder::kInterleaved));
  for (const Isa isa : SupportedIsas()) {
    SCOPED_TRACE(std::string(IsaName(isa)));
    const ArchitectureRun run = Run(pool_, isa, /*exact=*/true);
    EXPECT_LE(run.max_difference, GetParam().exact_tolerance);
    ASSERT_EQ(run.equal_greedy.size(), prompts_.size());
    for (size_t p = 0; p < prompts_.size(); ++p) {
      EXPECT_EQ(run.equal_greedy[p], prompts_[p].greedy_ids.size())
          << "prompt " << p;
    }
  }
}

TEST_P(ArchitecturesTest, NeitherThreadsNorLayoutsChangeABit) {
  ThreadPool one_thread(1);
  const Isa isa = SupportedIsas().back();
  ASSERT_NO_FATAL_FAILURE(Convert(LayoutOrder::kInterleaved));
  const ArchitectureRun two = Run(pool_, isa, /*exact=*/true);
  const ArchitectureRun rounded = Run(pool_, isa, /*exact=*/false);
  EXPECT_EQ(Run(one_thread, isa, /*exact=*/false).logits, rounded.logits);
  ASSERT_NO_FATAL_FAILURE(Convert(LayoutOrder::kRowMajor));
  EXPECT_EQ(Run(one_thread, isa, /*exact=*/true).logits, two.logits);
}

TEST_P(ArchitecturesTest, EveryIsaAndLayoutIsNear) {
  for (const LayoutOrder layout :
       {LayoutOrder::kRowMajor, LayoutOrder::kInterleaved,
        LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    ASSERT_NO_FATAL_FAILURE(Convert(layout));
    for (const Isa isa : SupportedIsas()) {
      SCOPED_TRACE(absl::StrCat(LayoutOrderName(layout), ", ", IsaName(isa)));
      const ArchitectureRun run = Run(pool_, isa, /*exact=*/false);
      EXPECT_LE(run.max_difference, kRoundedTolerance);
      ASSERT_EQ(run.equal_greedy.size(), prompts_.size());
      for (size_t p = 0; p < prompts_.size(); ++p) {
        const GoldenPrompt& prompt = prompts_[p];
        int64_t sure = 0;
        while (sure < static_cast<int64_t>(prompt.greedy_ids.size()) &&
               prompt.greedy_margins[sure] > kRoundedTolerance / 2) {
          ++sure;
        }
        EXPECT_GE(run.equal_greedy[p], sure) << "prompt " << p;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ArchitecturesTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& info) {
                           std::string name = absl::StrCat(
                               info.param.model, "_", info.param.input, "_",
                               info.param.golden);
                           for (char& c : name) {
                             if (!absl::ascii_isalnum(c)) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace tessera
