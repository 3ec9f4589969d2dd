// Arenas of every format version that was ever released stay readable, and
// their weights come out as they went in.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "converter/source/open_source.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"
#include "gtest/gtest.h"
#include "zstd.h"

namespace tessera {
namespace {

// Writes the content of a .zst file, which a sparse arena shrinks well in, to
// `path`.
void Decompress(const std::string& compressed, const std::string& path) {
  const auto file = MappedFile::Open(compressed);
  ASSERT_TRUE(file.ok()) << file.status();
  const uint64_t size =
      ZSTD_getFrameContentSize(file->bytes().data(), file->bytes().size());
  ASSERT_LT(size, uint64_t{1} << 30);
  std::vector<char> content(size);
  ASSERT_EQ(ZSTD_decompress(content.data(), size, file->bytes().data(),
                            file->bytes().size()),
            size);
  std::ofstream(path, std::ios::binary).write(content.data(), size);
}

std::vector<uint8_t> AllRows(const WeightSource& source,
                             const SourceTensor& tensor) {
  std::vector<uint8_t> rows(*TensorBytes(tensor.type, tensor.shape));
  source.ReadRows(tensor, 0, tensor.rows(), rows.data());
  return rows;
}

TEST(CompatibilityTest, Version1) {
  const std::string path = absl::StrCat(testing::TempDir(), "/v1.arena");
  Decompress("testdata/arena/v1/small.arena.zst", path);
  const auto file = MappedFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto arena = ParseArena(file->bytes());
  ASSERT_TRUE(arena.ok()) << arena.status();
  ThreadPool pool(2);
  EXPECT_TRUE(VerifyChunks(file->bytes(), *arena, pool).ok());
  EXPECT_TRUE(VerifyTensors(file->bytes(), *arena, pool).ok());

  const auto stored = OpenWeightSource(path);
  const auto original = OpenWeightSource("testdata/arena/v1/small.gguf");
  ASSERT_TRUE(stored.ok() && original.ok());
  ASSERT_EQ(stored->tensors.size(), original->tensors.size());
  for (size_t i = 0; i < stored->tensors.size(); ++i) {
    const SourceTensor& before = original->tensors[i];
    const SourceTensor& after = stored->tensors[i];
    EXPECT_EQ(after.name, before.name);
    EXPECT_EQ(after.type, before.type);
    EXPECT_EQ(after.shape, before.shape);
    EXPECT_EQ(AllRows(*stored, after), AllRows(*original, before))
        << before.name;
  }
}

}  // namespace
}  // namespace tessera
