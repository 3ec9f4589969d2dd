#include "base/smaps.h"

#include <sys/mman.h>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kSmaps[] =
    "7f0000200000-7f0000800000 r--s 00200000 fe:00 77   /models/a-b.arena\n"
    "Size:               6144 kB\n"
    "Rss:                6144 kB\n"
    "AnonHugePages:         0 kB\n"
    "ShmemPmdMapped:        0 kB\n"
    "FilePmdMapped:      4096 kB\n"
    "VmFlags: rd sh mr mw me ms hg\n"
    "7f0000800000-7f0000a00000 rw-p 00000000 00:00 0\n"
    "AnonHugePages:      2048 kB\n"
    "FilePmdMapped:         0 kB\n"
    "7f0000a00000-7f0000c00000 r--s 00a00000 fe:00 77   /models/a-b.arena\n"
    "FilePmdMapped:      2048 kB\n"
    "VmFlags: rd sh\n";

TEST(SmapsTest, SumsTheHugePagesOfMappingsInTheRange) {
  EXPECT_EQ(PagesIn(kSmaps, 0, ~uint64_t{0}).huge, uint64_t{8} << 20);
  EXPECT_EQ(PagesIn(kSmaps, 0x7f0000200000, 0x7f0000800000).huge,
            uint64_t{4} << 20);
  EXPECT_EQ(PagesIn(kSmaps, 0x7f0000800000, 0x7f0000a00000).huge,
            uint64_t{2} << 20);
}

TEST(SmapsTest, LeavesOutMappingsThatReachOutside) {
  EXPECT_EQ(PagesIn(kSmaps, 0x7f0000300000, 0x7f0000a00000).huge,
            uint64_t{2} << 20);
  EXPECT_EQ(PagesIn(kSmaps, 0x7f0000201000, 0x7f0000800000).huge, 0u);
}

TEST(SmapsTest, AnythingElseIsNothing) {
  EXPECT_EQ(PagesIn("", 0, ~uint64_t{0}).huge, 0u);
  EXPECT_EQ(PagesIn("FilePmdMapped: 2048 kB\n", 0, ~uint64_t{0}).huge, 0u);
  EXPECT_EQ(PagesIn("10-20 r\nFilePmdMapped: many kB\n", 0, 0x20).huge, 0u);
}

TEST(SmapsTest, ReadsThisProcess) {
  // A page of its own protection is a mapping of its own.
  void* page =
      mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  const auto bytes = PagesMapped(page, 4096);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(bytes->huge, 0u);
  munmap(page, 4096);
}

}  // namespace
}  // namespace tessera
