// Counts every allocation of the process, on all threads.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "runtime/llm/sampler.h"
#include "runtime/model/decoder.h"
#include "tests/testing/convert_model.h"

namespace {

std::atomic<int64_t> allocations{0};

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// The sanitizer owns malloc, but tells of each call
// (sanitizer/allocator_interface.h, which not every compiler ships).
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void*, size_t),
    void (*free_hook)(const volatile void*));

static const int hooks_installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, size_t) { ++allocations; },
    [](const volatile void*) {});

#else

// operator new goes through these, too.
extern "C" {

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}

void* realloc(void* old, size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** result, size_t alignment, size_t size) {
  ++allocations;
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#endif

namespace tessera {
namespace {

TEST(DecoderAllocationTest, TheCounterCounts) {
  const int64_t before = allocations;
  auto number = std::make_unique<std::string>(1000, 'x');
  EXPECT_EQ(allocations - before, 2) << number->size();
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
      const int64_t before = allocations;
      const int32_t id = sampler.Sample(logits);
      sampler.Accept(id);
      const auto next = (*decoder)->Forward(absl::MakeConstSpan(&id, 1), 1);
      during += allocations - before;
      ASSERT_TRUE(next.ok());
      logits = *next;
    }
    EXPECT_EQ(during, 0);
  }
}

}  // namespace
}  // namespace tessera
