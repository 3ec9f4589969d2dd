#include "runtime/loader/page_diagnosis.h"

#include <sys/vfs.h>

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tessera {
namespace {

constexpr char kThpFile[] = "/sys/kernel/mm/transparent_hugepage/enabled";

struct FileSystem {
  uint64_t magic;  // statfs(2)
  const char* name;
  bool large_folios;
};

constexpr FileSystem kFileSystems[] = {
    {0xEF53, "ext4", true},       {0x58465342, "xfs", true},
    {0x9123683E, "btrfs", true},  {0x794C7630, "overlayfs", true},
    {0x01021994, "tmpfs", false}, {0x6969, "nfs", false},
    {0x65735546, "fuse", false},  {0xFF534D42, "cifs", false},
    {0x01021997, "9p", false},    {0x2FC12FC1, "zfs", false},
};

void Explain(LoadReport* report, std::string why, std::string repair) {
  report->why_not_huge = std::move(why);
  report->how_to_repair = std::move(repair);
}

void ExplainCopy(LoadReport* report) {
  const uint64_t missing =
      report->asked_bytes - report->huge_bytes - report->hugetlb_bytes;
  Explain(report,
          absl::StrFormat("the kernel found no free huge pages for %d MB of "
                          "the copy; memory may be fragmented",
                          missing / 1000000),
          "writing 1 to /proc/sys/vm/compact_memory as root may, or "
          "huge_pages=auto, which takes the page cache's own");
}

void ExplainPool(LoadReport* report) {
  const uint64_t pages = report->asked_bytes / kHugePageBytes;
  const uint64_t got = report->hugetlb_bytes / kHugePageBytes;
  Explain(report,
          absl::StrFormat("the pool of huge pages is %d of %d pages short; the "
                          "rest lies in transparent huge pages",
                          pages - got, pages),
          absl::StrFormat("sysctl vm.nr_hugepages=%d as root, before loading",
                          pages));
}

void ExplainFile(const PageFacts& facts, LoadReport* report) {
  if (!facts.large_folios) {
    Explain(report,
            absl::StrCat("the page cache of ", facts.file_system,
                         " may have no huge pages"),
            "a file on ext4 (Linux 6.16 or later), xfs or btrfs, or "
            "huge_pages=thp, a private copy");
  } else if (report->cached_share.value_or(0) > 0.01) {
    Explain(report,
            "the page cache already held the file, in small pages; it may have "
            "been copied or downloaded, and not read again since",
            "inspect --rewarm FILE drops it from the page cache and reads it "
            "back in huge pages; needs no root");
  } else {
    Explain(report,
            absl::StrCat("the kernel read the file into small pages; ",
                         facts.file_system.empty() ? "the file system"
                                                   : facts.file_system,
                         " of this kernel may have no large folios (ext4 needs "
                         "Linux 6.16), or memory may be fragmented"),
            "huge_pages=thp, a private copy in huge pages, may");
  }
}

}  // namespace

PageFacts ReadPageFacts(const FileMapping& mapping, bool advised) {
  PageFacts facts;
  facts.advised = advised;
  std::ifstream file(kThpFile);
  std::string line;
  facts.thp_never =
      !std::getline(file, line) || absl::StrContains(line, "[never]");
  struct statfs info;
  if (fstatfs(mapping.fd(), &info) != 0) return facts;
  for (const FileSystem& known : kFileSystems) {
    if (known.magic != static_cast<uint32_t>(info.f_type)) continue;
    facts.file_system = known.name;
    facts.large_folios = known.large_folios;
  }
  return facts;
}

void ExplainPages(const PageFacts& facts, LoadReport* report) {
  report->why_not_huge.clear();
  report->how_to_repair.clear();
  const bool copied = report->private_bytes > 0;
  if (report->mode == HugePages::kOff) {
    Explain(report, "they were not asked for", "huge_pages=auto");
    return;
  }
  if (report->mode == HugePages::kHugetlb &&
      report->hugetlb_bytes < report->asked_bytes) {
    ExplainPool(report);
    return;
  }
  if (report->huge_share() >= 1) return;
  if (facts.thp_never || !facts.advised) {
    Explain(report, "transparent huge pages are off on this machine",
            absl::StrCat("write madvise to ", kThpFile, " as root"));
  } else if (copied) {
    ExplainCopy(report);
  } else if (report->streamed_bytes > 0) {
    Explain(report,
            absl::StrFormat("memory is too small for the model: %d of %d MB "
                            "are read again for every token",
                            report->streamed_bytes / 1000000,
                            report->hot_bytes / 1000000),
            "more memory, or fewer bits for each weight (convert --quantize)");
  } else if (report->reading || report->read_bytes < report->asked_bytes) {
    Explain(report, "not everything has been read yet", "populate=hot");
  } else {
    ExplainFile(facts, report);
  }
}

}  // namespace tessera
