// Several sequences through one model, together and in turn.
#include "runtime/model/cpu_executor.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

constexpr int64_t kVocabulary = 1024;
constexpr int64_t kContext = 256;

// The best ISA whose results do not depend on how many tokens go together.
Isa BestWithoutGemm() {
  Isa best = Isa::kScalar;
  for (const Isa isa : SupportedIsas()) {
    if (KernelTableFor(isa).split_activations == nullptr) best = isa;
  }
  return best;
}

std::vector<int32_t> SomeIds(int count, int seed) {
  std::vector<int32_t> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back(
        static_cast<int32_t>((i * 37 + seed * 101 + 5) % kVocabulary));
  }
  return ids;
}

class CpuExecutorTest : public testing::TestWithParam<absl::string_view> {
 protected:
  void SetUp() override {
    const absl::string_view quantize = GetParam();
    const std::string path =
        absl::StrCat(testing::TempDir(), "/executor_", quantize, ".arena");
    ConvertModelOptions convert;
    convert.quantize = quantize;
    const absl::Status status = ConvertModel("testdata/tiny", path, convert);
    ASSERT_TRUE(status.ok()) << status;
    auto arena = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(arena.ok()) << arena.status();
    arena_ = *std::move(arena);
    auto model = Model::Create(*arena_, {.isa = BestWithoutGemm()});
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = *std::move(model);
    auto pool = KvPool::Create(model_->kv_layout(),
                               3 * model_->kv_plan(32).Blocks(kContext));
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
    executor_ = NewExecutor(32);
  }

  int64_t layers() const { return model_->parameters().layers; }

  std::unique_ptr<CpuExecutor> NewExecutor(int64_t max_batch) {
    CpuExecutorOptions options;
    options.max_batch = max_batch;
    options.max_logit_rows = 200;
    auto executor = CpuExecutor::Create(*model_, &threads_, options);
    EXPECT_TRUE(executor.ok()) << executor.status();
    return *std::move(executor);
  }

  Sequence NewSequence() {
    return Sequence(pool_.get(), model_->kv_plan(200), kContext);
  }

  std::vector<float> Forward(const std::vector<Slice>& slices) {
    const auto logits = executor_->Forward(slices);
    EXPECT_TRUE(logits.ok()) << logits.status();
    return {logits->begin(), logits->end()};
  }

  // The logits after each of `ids`, computed alone.
  std::vector<float> Alone(const std::vector<int32_t>& ids) {
    Sequence sequence = NewSequence();
    return Forward({{&sequence, ids, static_cast<int64_t>(ids.size())}});
  }

  std::unique_ptr<LoadedArena> arena_;
  std::unique_ptr<const Model> model_;
  std::unique_ptr<KvPool> pool_;
  ThreadPool threads_{2};
  std::unique_ptr<CpuExecutor> executor_;
};

// Their blocks alternate in the pool, so that neither's are contiguous.
TEST_P(CpuExecutorTest, InterleavedSequencesHaveTheLogitsOfEachAlone) {
  constexpr int kTokens = 150;
  const std::vector<int32_t> ids[2] = {SomeIds(kTokens, 1),
                                       SomeIds(kTokens, 2)};
  const std::vector<float> alone[2] = {Alone(ids[0]), Alone(ids[1])};
  Sequence sequences[2] = {NewSequence(), NewSequence()};
  std::vector<float> logits[2];
  for (int i = 0; i < kTokens; ++i) {
    for (int s = 0; s < 2; ++s) {
      const std::vector<float> next =
          Forward({{&sequences[s], absl::MakeConstSpan(&ids[s][i], 1), 1}});
      logits[s].insert(logits[s].end(), next.begin(), next.end());
    }
  }
  EXPECT_EQ(logits[0], alone[0]);
  EXPECT_EQ(logits[1], alone[1]);
  for (int s = 0; s < 2; ++s) {
    uint8_t* const* blocks = sequences[s].blocks(0);
    EXPECT_GT(std::abs(blocks[1] - blocks[0]),
              layers() * pool_->layout().bytes());
  }
}

// Hidden states have the order of logits, and do not depend on the other slices
// either; keys and values are stored as for logits.
TEST_P(CpuExecutorTest, HiddenStatesAreThoseOfEachAlone) {
  const int64_t size = model_->parameters().hidden_size;
  const std::vector<int32_t> ids[2] = {SomeIds(50, 1), SomeIds(40, 2)};
  const auto embed = [&](const std::vector<Slice>& slices) {
    const auto states = executor_->Embed(slices);
    EXPECT_TRUE(states.ok()) << states.status();
    return std::vector<float>(states->begin(), states->end());
  };
  std::vector<float> expected;
  for (const std::vector<int32_t>& text : ids) {
    Sequence sequence = NewSequence();
    const std::vector<float> states = embed({{&sequence, text, 3}});
    ASSERT_EQ(static_cast<int64_t>(states.size()), 3 * size);
    expected.insert(expected.end(), states.begin(), states.end());
  }
  Sequence a = NewSequence();
  Sequence b = NewSequence();
  EXPECT_EQ(embed({{&a, ids[0], 3}, {&b, ids[1], 3}}), expected);
  const std::vector<int32_t> next = {7};
  std::vector<int32_t> all = ids[0];
  all.push_back(7);
  const std::vector<float> alone = Alone(all);
  EXPECT_EQ(Forward({{&a, next, 1}}),
            std::vector<float>(alone.end() - kVocabulary, alone.end()));
}

// Slices of different lengths, some with logits and some without, of sequences
// that stand at different positions; batches cut them anywhere.
TEST_P(CpuExecutorTest, SlicesOfOneCallHaveTheLogitsOfEachAlone) {
  const std::vector<int32_t> ids[3] = {SomeIds(70, 3), SomeIds(90, 4),
                                       SomeIds(66, 5)};
  std::vector<float> alone[3];
  for (int s = 0; s < 3; ++s) alone[s] = Alone(ids[s]);
  const auto rows = [&](int s, int first, int count) {
    return std::vector<float>(alone[s].begin() + first * kVocabulary,
                              alone[s].begin() + (first + count) * kVocabulary);
  };
  for (const int64_t max_batch : {3, 16, 200}) {
    executor_ = NewExecutor(max_batch);
    Sequence sequences[3] = {NewSequence(), NewSequence(), NewSequence()};
    const auto part = [&](int s, int first, int count) {
      return absl::MakeConstSpan(ids[s]).subspan(first, count);
    };
    // A prompt without logits, another with its last, one token.
    std::vector<float> expected = rows(1, 39, 1);
    const std::vector<float> of_third = rows(2, 0, 1);
    expected.insert(expected.end(), of_third.begin(), of_third.end());
    EXPECT_EQ(Forward({{&sequences[0], part(0, 0, 65), 0},
                       {&sequences[1], part(1, 0, 40), 1},
                       {&sequences[2], part(2, 0, 1), 1}}),
              expected);
    EXPECT_EQ(sequences[0].position(), 65);
    // The rest of all, with logits of several.
    expected = rows(0, 65, 5);
    for (const std::vector<float>& more : {rows(1, 60, 30), rows(2, 65, 1)}) {
      expected.insert(expected.end(), more.begin(), more.end());
    }
    EXPECT_EQ(Forward({{&sequences[0], part(0, 65, 5), 5},
                       {&sequences[1], part(1, 40, 50), 30},
                       {&sequences[2], part(2, 1, 65), 1}}),
              expected)
        << "batches of " << max_batch;
  }
}

TEST_P(CpuExecutorTest, RefusesSlicesThatCannotBe) {
  Sequence sequence = NewSequence();
  const std::vector<int32_t> ids = SomeIds(5, 1);
  const auto expect_refused = [&](const std::vector<Slice>& slices,
                                  absl::StatusCode code,
                                  absl::string_view text) {
    const auto logits = executor_->Forward(slices);
    EXPECT_EQ(logits.status().code(), code) << logits.status();
    EXPECT_TRUE(absl::StrContains(logits.status().message(), text))
        << logits.status();
    EXPECT_EQ(sequence.position(), 0);
  };
  expect_refused({{&sequence, ids, 1}, {&sequence, ids, 1}},
                 absl::StatusCode::kInvalidArgument, "of one sequence");
  const std::vector<int32_t> many = SomeIds(257, 1);
  expect_refused({{&sequence, many, 1}}, absl::StatusCode::kInvalidArgument,
                 "no room for 257");
  Sequence others[3] = {NewSequence(), NewSequence(), NewSequence()};
  for (Sequence& other : others) ASSERT_TRUE(other.Reserve(kContext).ok());
  expect_refused({{&sequence, ids, 1}}, absl::StatusCode::kResourceExhausted,
                 "0 free blocks");
}

// Blocks that a larger batch needs would not be there.
TEST_P(CpuExecutorTest, ASequenceForSmallBatchesTakesNoLargeOne) {
  Sequence sequence(pool_.get(), model_->kv_plan(4), kContext);
  const std::vector<int32_t> ids = SomeIds(5, 1);
  const Slice all = {&sequence, ids, 1};
  const auto logits = executor_->Forward(absl::MakeConstSpan(&all, 1));
  EXPECT_EQ(logits.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(logits.status().message(), "room for 4"))
      << logits.status();
  const Slice some = {&sequence, absl::MakeConstSpan(ids).first(4), 1};
  EXPECT_TRUE(executor_->Forward(absl::MakeConstSpan(&some, 1)).ok());
}

INSTANTIATE_TEST_SUITE_P(Types, CpuExecutorTest,
                         testing::Values("Q4_0", "Q4_K_M", "F16"));

}  // namespace
}  // namespace tessera
