// A decoder whose arena is cut while it computes.
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "runtime/model/decoder.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

constexpr int kRounds = 100;

class DecoderDamageTest : public testing::Test {
 protected:
  void SetUp() override {
    original_ = testing::TempDir() + "/whole.arena";
    ConvertModelOptions options;
    options.quantize = "F32";
    ASSERT_TRUE(ConvertModel("testdata/tiny", original_, options).ok());
    size_ = std::filesystem::file_size(original_);
  }

  // A copy that a test may cut.
  std::string Copy() const {
    const std::string path = testing::TempDir() + "/cut.arena";
    std::filesystem::copy_file(
        original_, path, std::filesystem::copy_options::overwrite_existing);
    return path;
  }

  std::string original_;
  uint64_t size_ = 0;
};

// Computes tokens until there is an error; the context is cleared when full.
absl::Status ComputeUntilError(Decoder& decoder) {
  while (true) {
    if (decoder.position() == decoder.ctx_size()) decoder.Reset();
    const int32_t id = static_cast<int32_t>(decoder.position() % 1000);
    const auto logits = decoder.Forward(absl::MakeConstSpan(&id, 1), 1);
    if (!logits.ok()) return logits.status();
  }
}

TEST_F(DecoderDamageTest, ACutFileEndsEveryGenerationCleanly) {
  std::mt19937 random(1);
  for (int round = 0; round < kRounds; ++round) {
    const std::string path = Copy();
    LoadOptions load;
    load.populate = round % 2 == 0 ? Populate::kAhead : Populate::kLazy;
    const auto arena = LoadedArena::Open(path, load);
    ASSERT_TRUE(arena.ok()) << arena.status();
    ThreadPool pool(3);
    DecoderOptions options;
    options.isa = SupportedIsas().back();
    options.pool = &pool;
    const auto decoder = Decoder::Create(**arena, options);
    ASSERT_TRUE(decoder.ok()) << decoder.status();
    const uint64_t cut = random() % size_;
    const absl::Duration delay = absl::Microseconds(random() % 3000);
    std::thread cutter([&] {
      absl::SleepFor(delay);
      EXPECT_EQ(truncate(path.c_str(), static_cast<off_t>(cut)), 0);
    });
    const absl::Status status = ComputeUntilError(**decoder);
    cutter.join();
    ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), path + ": byte ")) << status;
  }
}

TEST_F(DecoderDamageTest, TheProcessGoesOnWithAnotherModel) {
  const std::string path = Copy();
  ThreadPool pool(2);
  DecoderOptions options;
  options.isa = SupportedIsas().back();
  options.pool = &pool;
  const int32_t id = 5;
  std::vector<float> expected;
  {
    const auto arena = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(arena.ok());
    const auto decoder = Decoder::Create(**arena, options);
    ASSERT_TRUE(decoder.ok());
    const auto logits = (*decoder)->Forward(absl::MakeConstSpan(&id, 1), 1);
    ASSERT_TRUE(logits.ok());
    expected.assign(logits->begin(), logits->end());
    ASSERT_EQ(truncate(path.c_str(), 4096), 0);
    EXPECT_FALSE((*decoder)->Forward(absl::MakeConstSpan(&id, 1), 1).ok());
  }
  const auto arena = LoadedArena::Open(original_, LoadOptions());
  ASSERT_TRUE(arena.ok());
  const auto decoder = Decoder::Create(**arena, options);
  ASSERT_TRUE(decoder.ok());
  const auto logits = (*decoder)->Forward(absl::MakeConstSpan(&id, 1), 1);
  ASSERT_TRUE(logits.ok()) << logits.status();
  EXPECT_EQ(*logits, absl::MakeConstSpan(expected));
}

// Flips a bit of byte `offset`.
void Damage(const std::string& path, uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 1));
}

// Computes one token with lazy verification.
absl::Status FirstToken(const std::string& path) {
  LoadOptions load;
  load.verify = Verify::kLazy;
  const auto arena = LoadedArena::Open(path, load);
  if (!arena.ok()) return arena.status();
  ThreadPool pool(2);
  DecoderOptions options;
  options.isa = SupportedIsas().back();
  options.pool = &pool;
  const auto decoder = Decoder::Create(**arena, options);
  if (!decoder.ok()) return decoder.status();
  const int32_t id = 5;
  return (*decoder)->Forward(absl::MakeConstSpan(&id, 1), 1).status();
}

TEST_F(DecoderDamageTest, LazyVerificationLetsNoTokenOutOfADamagedFile) {
  const std::string path = Copy();
  EXPECT_TRUE(FirstToken(path).ok());
  const auto arena = LoadedArena::Open(path, LoadOptions());
  ASSERT_TRUE(arena.ok());
  const Manifest manifest = (*arena)->manifest();
  ASSERT_GE(manifest.sections_size(), 2);
  for (const Section& section : manifest.sections()) {
    const uint64_t offset = section.extent().offset() + 100;
    Damage(path, offset);
    const absl::Status status = FirstToken(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), path + ": chunk ["))
        << status;
    Damage(path, offset);  // back
  }
  EXPECT_TRUE(FirstToken(path).ok());
}

}  // namespace
}  // namespace tessera
