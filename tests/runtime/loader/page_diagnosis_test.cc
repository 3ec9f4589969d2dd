#include "runtime/loader/page_diagnosis.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kGigabyte = 1'000'000'000;

LoadReport HalfHuge(HugePages mode) {
  LoadReport report;
  report.mode = mode;
  report.hot_bytes = report.asked_bytes = report.read_bytes = 2 * kGigabyte;
  report.huge_bytes = kGigabyte;
  return report;
}

PageFacts Facts(const std::string& file_system, bool large_folios) {
  PageFacts facts;
  facts.file_system = file_system;
  facts.large_folios = large_folios;
  return facts;
}

void ExpectReason(LoadReport report, const PageFacts& facts,
                  const std::string& why, const std::string& repair) {
  ExplainPages(facts, &report);
  EXPECT_THAT(report.why_not_huge, HasSubstr(why));
  EXPECT_THAT(report.how_to_repair, HasSubstr(repair));
}

TEST(PageDiagnosisTest, AllHugeNeedsNoReason) {
  LoadReport report = HalfHuge(HugePages::kAuto);
  report.huge_bytes = report.asked_bytes;
  report.why_not_huge = report.how_to_repair = "old";
  ExplainPages(PageFacts(), &report);
  EXPECT_EQ(report.why_not_huge, "");
  EXPECT_EQ(report.how_to_repair, "");
}

TEST(PageDiagnosisTest, SaysThatMemoryIsTooSmall) {
  LoadReport report = HalfHuge(HugePages::kAuto);
  report.streamed_bytes = kGigabyte / 2;
  ExpectReason(report, Facts("ext4", true),
               "500 of 2000 MB are read again for every token", "memory");
}

TEST(PageDiagnosisTest, EachCauseHasItsWords) {
  ExpectReason(HalfHuge(HugePages::kOff), PageFacts(), "not asked for",
               "huge_pages=auto");
  PageFacts never;
  never.thp_never = true;
  ExpectReason(HalfHuge(HugePages::kAuto), never, "off on this machine",
               "transparent_hugepage/enabled");
  PageFacts unknown_advice;
  unknown_advice.advised = false;
  ExpectReason(HalfHuge(HugePages::kFile), unknown_advice,
               "off on this machine", "madvise");
  ExpectReason(HalfHuge(HugePages::kAuto), Facts("tmpfs", false),
               "page cache of tmpfs may have no huge pages", "ext4");
}

TEST(PageDiagnosisTest, ACopiedFileIsMendedByReadingItAgain) {
  LoadReport report = HalfHuge(HugePages::kAuto);
  report.cached_share = 1;
  ExpectReason(report, Facts("ext4", true),
               "already held the file, in small pages; it may have been",
               "inspect --rewarm");
}

TEST(PageDiagnosisTest, AFreshlyReadFileShowsAnOldKernel) {
  ExpectReason(HalfHuge(HugePages::kAuto), Facts("ext4", true),
               "ext4 of this kernel may have no large folios",
               "huge_pages=thp");
  ExpectReason(HalfHuge(HugePages::kAuto), PageFacts(), "the file system",
               "huge_pages=thp");
}

TEST(PageDiagnosisTest, WhatIsNotReadYetIsNoFault) {
  LoadReport report = HalfHuge(HugePages::kAuto);
  report.reading = true;
  ExpectReason(report, PageFacts(), "not everything has been read",
               "populate=hot");
  report = HalfHuge(HugePages::kAuto);
  report.read_bytes = 0;
  ExpectReason(report, PageFacts(), "not everything has been read",
               "populate=hot");
}

TEST(PageDiagnosisTest, CountsThePagesThatThePoolIsShort) {
  LoadReport report = HalfHuge(HugePages::kHugetlb);
  report.asked_bytes = 100 * kHugePageBytes;
  report.huge_bytes = 60 * kHugePageBytes;
  report.hugetlb_bytes = 40 * kHugePageBytes;
  report.private_bytes = report.asked_bytes;
  ExpectReason(report, PageFacts(), "60 of 100 pages short",
               "vm.nr_hugepages=100");
  report.mode = HugePages::kThp;
  report.hugetlb_bytes = 0;
  ExpectReason(report, PageFacts(), "memory may be fragmented",
               "compact_memory");
}

}  // namespace
}  // namespace tessera
