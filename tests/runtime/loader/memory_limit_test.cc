#include "runtime/loader/memory_limit.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;
constexpr char kUnlimitedV1[] = "9223372036854771712\n";

// A machine with 1 GiB available, made of files in a folder of its own.
class MemoryLimitTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = absl::StrCat(
        testing::TempDir(), "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(root_);
    files_ = {root_ + "/meminfo", root_ + "/self_cgroup", root_ + "/cgroup"};
    Write("meminfo",
          "MemTotal:        2097152 kB\nMemFree:          131072 kB\n"
          "MemAvailable:    1048576 kB\n");
  }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = root_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  // The three files of a group of version 2, sizes in MiB.
  void WriteGroup2(const std::string& folder, const std::string& max,
                   uint64_t current, uint64_t active, uint64_t inactive) {
    Write(folder + "/memory.max", max);
    Write(folder + "/memory.current", absl::StrCat(current * kMebibyte, "\n"));
    Write(
        folder + "/memory.stat",
        absl::StrCat("anon 4096\nfile 1\ninactive_file ", inactive * kMebibyte,
                     "\nactive_file ", active * kMebibyte, "\nslab 12\n"));
  }

  void WriteGroup1(const std::string& folder, const std::string& limit,
                   uint64_t usage, uint64_t active, uint64_t inactive) {
    Write(folder + "/memory.limit_in_bytes", limit);
    Write(folder + "/memory.usage_in_bytes",
          absl::StrCat(usage * kMebibyte, "\n"));
    // Without "total_" are the pages of this group alone.
    Write(folder + "/memory.stat",
          absl::StrCat("active_file 0\ninactive_file 0\ntotal_active_file ",
                       active * kMebibyte, "\ntotal_inactive_file ",
                       inactive * kMebibyte, "\n"));
  }

  // In MiB.
  uint64_t Available() {
    const absl::StatusOr<uint64_t> bytes = AvailableMemory(files_);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return bytes.value_or(0) / kMebibyte;
  }

  void ExpectDamaged(const std::string& name) {
    const absl::Status status = AvailableMemory(files_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
  }

  std::string root_;
  MemoryFiles files_;
};

TEST_F(MemoryLimitTest, MachineWithoutControlGroups) {
  EXPECT_EQ(Available(), 1024u);
}

TEST_F(MemoryLimitTest, Version2) {
  Write("self_cgroup", "0::/job\n");
  WriteGroup2("cgroup/job", "402653184\n", 100, 30, 20);
  EXPECT_EQ(Available(), 384u - 50u);
}

TEST_F(MemoryLimitTest, Version2WithoutLimit) {
  Write("self_cgroup", "0::/job\n");
  WriteGroup2("cgroup/job", "max\n", 100, 30, 20);
  EXPECT_EQ(Available(), 1024u);
}

TEST_F(MemoryLimitTest, Version2BesideVersion1) {
  Write("self_cgroup", "4:memory:/\n0::/job\n");
  WriteGroup2("cgroup/unified/job", "402653184\n", 100, 30, 20);
  EXPECT_EQ(Available(), 384u - 50u);
}

TEST_F(MemoryLimitTest, Version1) {
  Write("self_cgroup", "12:cpu,memory:/job\n3:cpuset:/other\n0::/\n");
  WriteGroup1("cgroup/memory", kUnlimitedV1, 900, 0, 0);
  WriteGroup1("cgroup/memory/job", "402653184\n", 100, 30, 20);
  EXPECT_EQ(Available(), 384u - 50u);
}

TEST_F(MemoryLimitTest, Version1WithoutLimit) {
  Write("self_cgroup", "4:memory:/job\n");
  WriteGroup1("cgroup/memory", kUnlimitedV1, 900, 0, 0);
  WriteGroup1("cgroup/memory/job", kUnlimitedV1, 100, 30, 20);
  EXPECT_EQ(Available(), 1024u);
}

TEST_F(MemoryLimitTest, TheTightestGroupUpToTheRootCounts) {
  Write("self_cgroup", "0::/a/b/c\n");
  WriteGroup2("cgroup", "838860800\n", 10, 5, 5);
  WriteGroup2("cgroup/a", "314572800\n", 200, 20, 10);
  WriteGroup2("cgroup/a/b", "max\n", 200, 20, 10);
  WriteGroup2("cgroup/a/b/c", "209715200\n", 10, 0, 0);
  EXPECT_EQ(Available(), 300u - 170u);
  WriteGroup2("cgroup", "104857600\n", 10, 5, 5);
  EXPECT_EQ(Available(), 100u);
}

// A container sees its own group as the root of the mount, while its path may
// be that on the host.
TEST_F(MemoryLimitTest, GroupsThatCannotBeSeenSetNoLimit) {
  Write("self_cgroup", "4:memory:/docker/0123\n");
  WriteGroup1("cgroup/memory", "402653184\n", 100, 30, 20);
  EXPECT_EQ(Available(), 384u - 50u);
}

TEST_F(MemoryLimitTest, MoreUsedThanAllowedLeavesNothing) {
  Write("self_cgroup", "0::/job\n");
  WriteGroup2("cgroup/job", "104857600\n", 200, 0, 0);
  EXPECT_EQ(Available(), 0u);
}

TEST_F(MemoryLimitTest, MoreFilesThanUsedAreAllThatIsUsed) {
  Write("self_cgroup", "0::/job\n");
  WriteGroup2("cgroup/job", "104857600\n", 10, 8, 8);
  EXPECT_EQ(Available(), 100u);
  WriteGroup2("cgroup/job", "104857600\n", 10, uint64_t{1} << 43,
              uint64_t{1} << 43);
  EXPECT_EQ(Available(), 100u);
}

TEST_F(MemoryLimitTest, GarbageIsDamageThatNamesTheFile) {
  Write("self_cgroup", "0::/job\n");
  WriteGroup2("cgroup/job", "much\n", 10, 8, 8);
  ExpectDamaged("memory.max");
  WriteGroup2("cgroup/job", "104857600\n", 10, 8, 8);
  Write("cgroup/job/memory.current", "-1\n");
  ExpectDamaged("memory.current");
  Write("cgroup/job/memory.current", "1\n");
  Write("cgroup/job/memory.stat", "active_file 1\n");
  ExpectDamaged("inactive_file");
  Write("self_cgroup", "0::job\n");
  ExpectDamaged("self_cgroup");
  Write("self_cgroup", "job\n");
  ExpectDamaged("self_cgroup");
  Write("meminfo", "MemAvailable: 18014398509481984 kB\n");
  ExpectDamaged("meminfo");
  Write("meminfo", "");
  ExpectDamaged("meminfo");
}

TEST_F(MemoryLimitTest, NoMeminfoIsNotFound) {
  std::filesystem::remove(files_.meminfo);
  EXPECT_TRUE(absl::IsNotFound(AvailableMemory(files_).status()));
}

TEST(BytesOfKeyTest, MatchesWholeKeys) {
  const absl::string_view text = "file_mapped 7\nfile 5\nSize:  3 kB\nend 2";
  EXPECT_EQ(BytesOfKey(text, "file").value_or(0), 5u);
  EXPECT_EQ(BytesOfKey(text, "Size").value_or(0), 3072u);
  EXPECT_EQ(BytesOfKey(text, "end").value_or(0), 2u);
  EXPECT_FALSE(BytesOfKey(text, "mapped").ok());
  EXPECT_FALSE(BytesOfKey(text, "").ok());
  EXPECT_FALSE(BytesOfKey("file \n", "file").ok());
}

TEST(MemoryLimitHereTest, ThisMachineHasMemory) {
  const absl::StatusOr<uint64_t> bytes = AvailableMemory();
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_GT(*bytes, kMebibyte);
}

}  // namespace
}  // namespace tessera
