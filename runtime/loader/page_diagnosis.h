// Why memory is not in huge pages.
#ifndef RUNTIME_LOADER_PAGE_DIAGNOSIS_H_
#define RUNTIME_LOADER_PAGE_DIAGNOSIS_H_

#include "base/file_mapping.h"
#include "runtime/loader/load_report.h"

namespace tessera {

// What the machine says, apart from the load itself.
struct PageFacts {
  bool thp_never = false;    // transparent huge pages are switched off
  bool advised = true;       // the kernel accepted the advice
  std::string file_system;   // "ext4"; empty if not known
  bool large_folios = true;  // it can have huge pages in the page cache
};

// Of this machine, now. `advised`: what FileMapping::Advise said.
PageFacts ReadPageFacts(const FileMapping& mapping, bool advised);

// Sets why_not_huge and how_to_repair of `report` from its other fields.
void ExplainPages(const PageFacts& facts, LoadReport* report);

}  // namespace tessera

#endif  // RUNTIME_LOADER_PAGE_DIAGNOSIS_H_
