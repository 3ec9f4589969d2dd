#include "app/pack_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "app/cache_contents.h"
#include "app/clear_cache.h"
#include "app/file_lock.h"
#include "app/file_stamp.h"
#include "app/pack_record.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr char kOne[] = "one-0123456789abcdef";
constexpr char kTwo[] = "two-fedcba9876543210";

class PackCacheTest : public testing::Test {
 protected:
  PackCacheTest()
      : folder_(testing::TempDir() + "/" +
                testing::UnitTest::GetInstance()->current_test_info()->name()),
        cache_(folder_) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }

  void Touch(const std::string& name) const {
    std::ofstream(folder_ + "/" + name) << std::string(5000, 'x');
  }

  PackRecord Finished(const std::string& model) const {
    PackRecord record;
    record.set_kernel_abi(1);
    record.set_quantize("keep");
    record.add_models()->set_path(model);
    record.add_files()->set_sha256(std::string(32, 's'));
    record.mutable_pack()->set_size(5000);
    return record;
  }

  void AddPack(const std::string& name, const std::string& model) const {
    Touch(name + ".arena");
    PackRecord record = Finished(model);
    *record.mutable_pack() = StampOf(cache_.PackPath(name)).value();
    ASSERT_TRUE(WritePackRecord(cache_.RecordPath(name), record).ok());
  }

  std::string StateOf(const std::string& name) const {
    const CacheContents contents = DescribeCache(cache_, 1).value();
    for (const CacheContents::Pack& pack : contents.packs()) {
      if (pack.name() == name) return pack.state();
    }
    return "";
  }

  const std::string folder_;
  const PackCache cache_;
};

TEST_F(PackCacheTest, KnowsItsNames) {
  EXPECT_TRUE(PackCache::IsPackName(kOne));
  for (const char* other : {"", "one", "-0123456789abcdef",
                            "one-0123456789ABCDEF", "one-0123456789abcde",
                            "one0123456789abcdef0", "one-0123456789abcdeg"}) {
    EXPECT_FALSE(PackCache::IsPackName(other)) << other;
  }
}

TEST_F(PackCacheTest, ClearNeverTouchesOtherFiles) {
  AddPack(kOne, "/m/one.gguf");
  for (const char* other : {"mine.arena", "mine.record", "notes.txt",
                            "x-0123456789abcde.arena", "CACHEDIR.TAG"}) {
    Touch(other);
  }
  const ClearedCache cleared =
      ClearCache(cache_, {.models = {}, .now = absl::Now()}).value();
  EXPECT_EQ(cleared.packs, 1u);
  EXPECT_GE(cleared.bytes, 5000u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 5);
}

TEST_F(PackCacheTest, ClearTakesModelsByPathOrName) {
  AddPack(kOne, "/m/one.gguf");
  AddPack(kTwo, "/m/two.gguf");
  EXPECT_TRUE(absl::IsNotFound(
      ClearCache(cache_, {.models = {"/m/one.gguf", "/m/three.gguf"},
                          .now = absl::Now()})
          .status()));
  EXPECT_EQ(cache_.List()->size(), 2u);
  EXPECT_EQ(
      ClearCache(cache_, {.models = {"/m/x/../one.gguf"}, .now = absl::Now()})
          .value()
          .packs,
      1u);
  ASSERT_EQ(cache_.List()->size(), 1u);
  EXPECT_EQ(ClearCache(cache_, {.models = {kTwo}, .now = absl::Now()})->packs,
            1u);
}

TEST_F(PackCacheTest, ClearLeavesWhatWasUsedLately) {
  AddPack(kOne, "/m/one.gguf");
  AddPack(kTwo, "/m/two.gguf");
  fs::last_write_time(
      cache_.RecordPath(kOne),
      fs::file_time_type::clock::now() - std::chrono::hours(24 * 40));
  const ClearOptions options = {
      .models = {}, .older_than = absl::Hours(24 * 30), .now = absl::Now()};
  EXPECT_EQ(ClearCache(cache_, options)->packs, 1u);
  EXPECT_TRUE(fs::exists(cache_.PackPath(kTwo)));
  fs::last_write_time(
      cache_.RecordPath(kTwo),
      fs::file_time_type::clock::now() - std::chrono::hours(24 * 40));
  cache_.MarkUsed(kTwo);
  EXPECT_EQ(ClearCache(cache_, options)->packs, 0u);
}

TEST_F(PackCacheTest, ClearRemovesWhatIsUnfinishedUnlessItIsInWork) {
  PackRecord begun;
  begun.add_models()->set_path("/m/one.gguf");
  ASSERT_TRUE(WritePackRecord(cache_.RecordPath(kOne), begun).ok());
  Touch(absl::StrCat(kOne, ".arena.partial"));
  {
    const auto lock = FileLock::TryTake(cache_.LockPath(kOne));
    ASSERT_TRUE(lock.ok());
    EXPECT_TRUE(
        absl::IsUnavailable(FileLock::TryTake(cache_.LockPath(kOne)).status()));
    const auto cleared = ClearCache(cache_, {.models = {}, .now = absl::Now()});
    EXPECT_EQ(cleared->packs, 0u);
    EXPECT_EQ(cleared->in_work.size(), 1u);
  }
  EXPECT_EQ(ClearCache(cache_, {.models = {}, .now = absl::Now()})->packs, 1u);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(PackCacheTest, ALockLeftBehindByADeadProcessIsNone) {
  Touch(absl::StrCat(kOne, ".lock"));
  EXPECT_TRUE(FileLock::TryTake(cache_.LockPath(kOne)).ok());
  EXPECT_FALSE(fs::exists(cache_.LockPath(kOne)));
}

TEST_F(PackCacheTest, StatesAreTold) {
  const std::string model = folder_ + "/model.gguf";
  AddPack(kOne, model);
  EXPECT_EQ(StateOf(kOne), "model gone");
  Touch("model.gguf");
  EXPECT_EQ(StateOf(kOne), "model changed");
  fs::remove(cache_.PackPath(kOne));
  EXPECT_EQ(StateOf(kOne), "pack gone");
  AddPack(kTwo, model);
  PackRecord old = Finished(model);
  old.set_kernel_abi(7);
  ASSERT_TRUE(WritePackRecord(cache_.RecordPath(kTwo), old).ok());
  EXPECT_EQ(StateOf(kTwo), "old kernels");
  old.clear_files();
  ASSERT_TRUE(WritePackRecord(cache_.RecordPath(kTwo), old).ok());
  EXPECT_EQ(StateOf(kTwo), "partial");
  std::ofstream(cache_.RecordPath(kTwo), std::ios::trunc) << "garbage";
  EXPECT_EQ(StateOf(kTwo), "damaged record");
}

TEST_F(PackCacheTest, FilesWithoutARecordAreFoundAndCleared) {
  Touch(absl::StrCat(kOne, ".arena"));
  Touch(absl::StrCat(kTwo, ".arena.partial"));
  Touch("three-0011223344556677.lock");
  EXPECT_EQ(cache_.List()->size(), 3u);
  EXPECT_EQ(StateOf(kOne), "record gone");
  EXPECT_EQ(StateOf(kTwo), "record gone");
  const ClearOptions old = {
      .models = {}, .older_than = absl::Hours(1), .now = absl::Now()};
  EXPECT_EQ(ClearCache(cache_, old)->packs, 0u);
  EXPECT_EQ(ClearCache(cache_, {.models = {kOne}, .now = absl::Now()})->packs,
            1u);
  EXPECT_FALSE(fs::exists(cache_.PackPath(kOne)));
  const auto rest = ClearCache(cache_, {.models = {}, .now = absl::Now()});
  EXPECT_EQ(rest->packs, 1u);  // the lock is none
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(PackCacheTest, WhatIsNoFolderIsAnError) {
  Touch("file");
  const PackCache file(folder_ + "/file");
  EXPECT_FALSE(file.List().ok());
  EXPECT_FALSE(DescribeCache(file, 1).ok());
  EXPECT_FALSE(ClearCache(file, {.models = {}, .now = absl::Now()}).ok());
}

TEST_F(PackCacheTest, AFolderThatCannotBeReadIsAnError) {
  AddPack(kOne, "/m/one.gguf");
  fs::permissions(folder_, fs::perms::none);
  const auto entries = cache_.List();
  const bool readable = access(folder_.c_str(), R_OK) == 0;  // by root
  fs::permissions(folder_, fs::perms::owner_all);
  if (readable) GTEST_SKIP() << "this user may read everything";
  EXPECT_TRUE(absl::IsPermissionDenied(entries.status())) << entries.status();
}

TEST_F(PackCacheTest, TheTableIsOneLineForEachPack) {
  AddPack(kOne, "/m/a\nb.gguf");
  const std::string text =
      CacheContentsText(DescribeCache(cache_, 1).value(), absl::Now());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  EXPECT_TRUE(absl::StrContains(text, "a\\nb.gguf")) << text;
  EXPECT_TRUE(absl::StrContains(text, "in 1 packed model, in ")) << text;
}

TEST_F(PackCacheTest, AFolderThatIsNotThereIsAnEmptyCache) {
  const PackCache none(folder_ + "/none");
  EXPECT_TRUE(none.List()->empty());
  EXPECT_EQ(ClearCache(none, {.models = {}, .now = absl::Now()})->packs, 0u);
  EXPECT_TRUE(absl::StrContains(
      CacheContentsText(DescribeCache(none, 1).value(), absl::Now()),
      "no packed models"));
}

}  // namespace
}  // namespace tessera
