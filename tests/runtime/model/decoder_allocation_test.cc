// Counts every allocation of the process, on all threads.
#include <cstdint>
#include <memory>
#include <string>

#include "bench/gate/allocation_counter.h"
#include "gtest/gtest.h"
#include "runtime/llm/sampler.h"
#include "runtime/model/decoder.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

TEST(DecoderAllocationTest, TheCounterCounts) {
  const int64_t before = AllocationCount();
  auto number = std::make_unique<std::string>(1000, 'x');
  EXPECT_EQ(AllocationCount() - before, 2) << number->size();
}

TEST(DecoderAllocationTest, ATokenAllocatesNothing) {
  const std::string path = testing::TempDir() + "/allocation.arena";
  for (const bool exact : {false, true}) {
    ConvertModelOptions convert;
    convert.quantize = "Q4_K_M";
    ASSERT_TRUE(ConvertModel("testdata/tiny", path, convert).ok());
    const auto arena = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(arena.ok()) << arena.status();
    ThreadPool pool(3);
    DecoderOptions options;
    options.isa = SupportedIsas().back();
    options.pool = &pool;
    options.exact = exact;
    const auto decoder = Decoder::Create(**arena, options);
    ASSERT_TRUE(decoder.ok()) << decoder.status();
    Sampler sampler(SamplerOptions(), (*decoder)->vocab_size());

    const int32_t prompt[] = {1022, 446, 513, 275};
    absl::Span<const float> logits = *(*decoder)->Forward(prompt, 1);
    int64_t during = 0;
    for (int i = 0; i < 20; ++i) {
      const int64_t before = AllocationCount();
      const int32_t id = sampler.Sample(logits);
      sampler.Accept(id);
      const auto next = (*decoder)->Forward(absl::MakeConstSpan(&id, 1), 1);
      during += AllocationCount() - before;
      ASSERT_TRUE(next.ok());
      logits = *next;
    }
    EXPECT_EQ(during, 0);
  }
}

}  // namespace
}  // namespace tessera
