// Long texts: through windows, whose blocks are used again, and up to the end
// of learned positions.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/model/decoder.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

// The best ISA whose results do not depend on how many tokens go together.
Isa BestWithoutGemm() {
  Isa best = Isa::kScalar;
  for (const Isa isa : SupportedIsas()) {
    if (KernelTableFor(isa).split_activations == nullptr) best = isa;
  }
  return best;
}

std::vector<int32_t> SomeIds(int count) {
  std::vector<int32_t> ids;
  for (int i = 0; i < count; ++i) ids.push_back((i * 37 + i * i) % 1000);
  return ids;
}

class ContextTest : public testing::Test {
 protected:
  void Open(const std::string& model) {
    const std::string path = testing::TempDir() + "/context.arena";
    const absl::Status status =
        ConvertModel(absl::StrCat("testdata/arch/", model, "/hf"), path, {});
    ASSERT_TRUE(status.ok()) << status;
    auto arena = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(arena.ok()) << arena.status();
    arena_ = *std::move(arena);
  }

  std::unique_ptr<Decoder> NewDecoder(int64_t ctx_size, int64_t max_batch) {
    DecoderOptions options;
    options.isa = BestWithoutGemm();
    options.pool = &pool_;
    options.ctx_size = ctx_size;
    options.max_batch = max_batch;
    auto decoder = Decoder::Create(*arena_, options);
    EXPECT_TRUE(decoder.ok()) << decoder.status();
    return *std::move(decoder);
  }

  std::unique_ptr<LoadedArena> arena_;
  ThreadPool pool_{2};
};

// With batches of 8 tokens, a window of 12 has 2 blocks of 64 positions; with
// batches of 512 it has all that the text needs.
TEST_F(ContextTest, BlocksThatAWindowHasPassedAreUsedAgain) {
  const std::vector<int32_t> ids = SomeIds(500);
  for (const char* model : {"mistral-swa", "gemma3", "exaone4", "olmo3"}) {
    SCOPED_TRACE(model);
    ASSERT_NO_FATAL_FAILURE(Open(model));
    const auto whole = NewDecoder(512, 512);
    const auto small = NewDecoder(512, 8);
    for (int round = 0; round < 2; ++round) {
      for (size_t i = 0; i < ids.size(); i += 50) {
        const auto some = absl::MakeConstSpan(ids).subspan(i, 50);
        const auto expected = whole->Forward(some, 1);
        ASSERT_TRUE(expected.ok()) << expected.status();
        const auto logits = small->Forward(some, 1);
        ASSERT_TRUE(logits.ok()) << logits.status();
        EXPECT_EQ(*logits, *expected) << "after " << i;
      }
      whole->Reset();
      small->Reset();
    }
  }
}

// Tokens are taken back, others follow, and nothing tells of the former ones.
// Where a window has moved on too far, that is said instead.
TEST_F(ContextTest, RewoundTextsGoOnAsIfNothingHadBeen) {
  const std::vector<int32_t> ids = SomeIds(500);
  std::vector<int32_t> others = ids;
  for (int32_t& id : others) id = (id + 1) % 1000;
  for (const char* model : {"llama-bias", "mistral-swa", "gemma3", "olmo3"}) {
    SCOPED_TRACE(model);
    ASSERT_NO_FATAL_FAILURE(Open(model));
    const auto decoder = NewDecoder(512, 8);
    int rewound = 0;
    for (const int64_t length : {30, 100, 200, 400}) {
      for (const int64_t back : {0, 1, 5, 64, 130, 399}) {
        if (back > length) continue;
        decoder->Reset();
        const auto text = absl::MakeConstSpan(ids);
        ASSERT_TRUE(decoder->Forward(text.first(length), 0).ok());
        const int64_t position = length - back;
        if (!decoder->Rewind(position)) {
          EXPECT_EQ(decoder->position(), length);
          EXPECT_GT(back, 8) << length;
          continue;
        }
        ++rewound;
        EXPECT_EQ(decoder->position(), position);
        const auto more =
            absl::MakeConstSpan(others).subspan(length - back, 90);
        const auto logits = decoder->Forward(more, 1);
        ASSERT_TRUE(logits.ok()) << logits.status();
        const std::vector<float> got(logits->begin(), logits->end());

        decoder->Reset();
        if (position > 0) {
          ASSERT_TRUE(decoder->Forward(text.first(position), 0).ok());
        }
        const auto expected = decoder->Forward(more, 1);
        ASSERT_TRUE(expected.ok()) << expected.status();
        EXPECT_EQ(got, std::vector<float>(expected->begin(), expected->end()))
            << back << " of " << length;
      }
    }
    EXPECT_GE(rewound, 12);
  }
}

TEST_F(ContextTest, MemoryIsForTheWindow) {
  ASSERT_NO_FATAL_FAILURE(Open("mistral-swa"));
  EXPECT_EQ(NewDecoder(512, 8)->memory_bytes(),
            NewDecoder(65536, 8)->memory_bytes());
}

TEST_F(ContextTest, LearnedPositionsAreALimit) {
  ASSERT_NO_FATAL_FAILURE(Open("gpt2"));
  EXPECT_EQ(NewDecoder(0, 8)->ctx_size(), 128);
  DecoderOptions options;
  options.isa = BestWithoutGemm();
  options.pool = &pool_;
  options.ctx_size = 129;
  EXPECT_EQ(Decoder::Create(*arena_, options).status().message(),
            "ctx_size is 129, expected at most 128, the positions that the "
            "model has learned");
  const auto decoder = NewDecoder(128, 8);
  ASSERT_TRUE(decoder->Forward(SomeIds(127), 1).ok());
  const absl::Status status = decoder->Forward(SomeIds(2), 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(status.message(), "128 positions")) << status;
  EXPECT_EQ(decoder->position(), 127);
  EXPECT_TRUE(decoder->Forward({7}, 1).ok());
}

}  // namespace
}  // namespace tessera
