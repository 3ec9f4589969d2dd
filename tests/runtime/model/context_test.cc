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

TEST_F(ContextTest, MemoryIsForTheWindow) {
  ASSERT_NO_FATAL_FAILURE(Open("mistral-swa"));
  EXPECT_EQ(NewDecoder(512, 8)->memory_bytes(),
            NewDecoder(65536, 8)->memory_bytes());
}

TEST_F(ContextTest, LearnedPositionsAreALimit) {
  ASSERT_NO_FATAL_FAILURE(Open("gpt2"));
  EXPECT_EQ(NewDecoder(0, 8)->ctx_size(), 128);
  const auto decoder = NewDecoder(1024, 8);
  ASSERT_TRUE(decoder->Forward(SomeIds(127), 1).ok());
  const absl::Status status = decoder->Forward(SomeIds(2), 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(status.message(), "128 positions")) << status;
  EXPECT_EQ(decoder->position(), 127);
  EXPECT_TRUE(decoder->Forward({7}, 1).ok());
}

}  // namespace
}  // namespace tessera
