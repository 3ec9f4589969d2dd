#include "runtime/loader/loaded_arena.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "formats/arena/extent.h"
#include "runtime/loader/smaps.h"

namespace tessera {
namespace {

// Measures the time and faults from its construction on.
class LoadMeter {
 public:
  LoadMeter() : start_(absl::Now()) { getrusage(RUSAGE_SELF, &usage_); }

  void Finish(LoadReport& report) const {
    struct rusage now;
    getrusage(RUSAGE_SELF, &now);
    report.seconds = absl::ToDoubleSeconds(absl::Now() - start_);
    report.minor_faults = now.ru_minflt - usage_.ru_minflt;
    report.major_faults = now.ru_majflt - usage_.ru_majflt;
  }

 private:
  const absl::Time start_;
  struct rusage usage_;
};

bool TransparentHugePagesAreOff() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string line;
  return !std::getline(file, line) || absl::StrContains(line, "[never]");
}

// The reason why huge pages were asked for and not all came.
std::string WhyNotHuge(bool huge) {
  if (!huge || TransparentHugePagesAreOff()) {
    return "transparent huge pages are off on this machine "
           "(/sys/kernel/mm/transparent_hugepage/enabled)";
  }
  return "the page cache holds the file in small pages: it was written in small "
         "pieces, memory is fragmented, or the file system has no large folios;"
         " writing it again with convert, or dropping it from the page cache, "
         "may help";
}

// Ascending; neighbours are one.
std::vector<Extent> HotExtents(const Manifest& manifest) {
  std::vector<Extent> extents;
  for (const Section& section : manifest.sections()) {
    if (section.kind() == Section::KIND_HOT) {
      extents.push_back(section.extent());
    }
  }
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) {
              return a.offset() < b.offset();
            });
  std::vector<Extent> merged;
  for (const Extent& extent : extents) {
    if (!merged.empty() && EndOf(merged.back()) == extent.offset()) {
      merged.back().set_size(merged.back().size() + extent.size());
    } else {
      merged.push_back(extent);
    }
  }
  return merged;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadedArena>> LoadedArena::Open(
    const std::string& path, const LoadOptions& options) {
  const LoadMeter meter;
  const bool huge = options.huge_pages == HugePages::kAuto;
  TESSERA_ASSIGN_OR_RETURN(FileMapping mapping, FileMapping::Open(path, huge));
  absl::StatusOr<Arena> arena = ParseArena(mapping.bytes());
  if (!arena.ok()) return WithPath(path, arena.status());
  auto loaded = std::unique_ptr<LoadedArena>(
      new LoadedArena(std::move(mapping), *std::move(arena)));
  LoadReport& report = loaded->report_;
  if (options.populate) {
    TESSERA_RETURN_IF_ERROR(loaded->Populate(options.pool));
  }
  meter.Finish(report);
  TESSERA_RETURN_IF_ERROR(loaded->CountHugePages());
  if (report.huge_bytes < report.hot_bytes) {
    report.why_not_huge = !huge ? "they were not asked for"
                          : !options.populate
                              ? "not everything has been read yet"
                              : WhyNotHuge(loaded->mapping_.huge());
  }
  return loaded;
}

LoadedArena::LoadedArena(FileMapping mapping, Arena arena)
    : mapping_(std::move(mapping)),
      arena_(std::move(arena)),
      hot_(HotExtents(arena_.manifest)) {
  const uint8_t* file = mapping_.bytes().data();
  for (const StoredTensor& tensor : arena_.tensors) {
    tensors_.push_back({tensor.name(), tensor.type, tensor.layout,
                        tensor.Data(file), tensor.shape});
  }
  report_.mapped_bytes = mapping_.bytes().size();
  for (const Extent& extent : hot_) report_.hot_bytes += extent.size();
  AdviseColdPages();
}

// Single rows of a cold section should not pull in 2 MiB each. This also gives
// each hot section a mapping of its own, which smaps counts.
void LoadedArena::AdviseColdPages() const {
  uint64_t end = 0;
  for (const Extent& extent : hot_) {
    mapping_.AdviseSmallPages(end, extent.offset() - end);
    end = EndOf(extent);
  }
  mapping_.AdviseSmallPages(end, mapping_.bytes().size() - end);
}

const TensorView* LoadedArena::FindTensor(absl::string_view name) const {
  const auto found = arena_.index.find(name);
  return found == arena_.index.end() ? nullptr : &tensors_[found->second];
}

absl::Status LoadedArena::Populate(ThreadPool* pool) const {
  for (const Extent& extent : hot_) {
    TESSERA_RETURN_IF_ERROR(
        mapping_.Populate(extent.offset(), extent.size(), pool));
  }
  return absl::OkStatus();
}

absl::Status LoadedArena::CountHugePages() {
  for (const Extent& extent : hot_) {
    TESSERA_ASSIGN_OR_RETURN(
        const uint64_t bytes,
        HugeBytesMapped(mapping_.bytes().data() + extent.offset(),
                        extent.size()));
    report_.huge_bytes += bytes;
  }
  return absl::OkStatus();
}

}  // namespace tessera
