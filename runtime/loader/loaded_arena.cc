#include "runtime/loader/loaded_arena.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/file_error.h"
#include "base/name_hint.h"
#include "base/smaps.h"
#include "base/status_macros.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/extent.h"
#include "runtime/loader/memory_copy.h"
#include "runtime/loader/memory_limit.h"
#include "runtime/loader/no_arena.h"
#include "runtime/loader/page_diagnosis.h"

namespace tessera {
namespace {

FileRange RangeOf(const Extent& extent) {
  return {extent.offset(), extent.size()};
}

// Of sections of `kind`, in the order of the file.
std::vector<FileRange> RangesOf(const Manifest& manifest, Section::Kind kind) {
  std::vector<FileRange> ranges;
  for (const Section& section : manifest.sections()) {
    if (section.kind() == kind) ranges.push_back(RangeOf(section.extent()));
  }
  std::sort(ranges.begin(), ranges.end(),
            [](FileRange a, FileRange b) { return a.offset < b.offset; });
  return ranges;
}

// So that parsing neither waits for it page by page nor reads anything around
// it: what the page cache has in small pages stays so.
void ReadAheadManifest(const FileMapping& mapping) {
  const absl::Span<const uint8_t> file = mapping.bytes();
  mapping.Advise({0, file.size()}, Access::kRows);
  const absl::StatusOr<ArenaHeader> header =
      DecodeArenaHeader(file, file.size());
  if (!header.ok()) return;  // the parser says so
  mapping.ReadAhead({header->manifest_offset, header->manifest_stored_bytes});
}

// What is left of memory when activations and the key/value cache, whose sizes
// nobody knows yet, have their share. No limit where the system tells none.
uint64_t MemoryForWeights() {
  constexpr uint64_t kMinMargin = uint64_t{64} << 20;
  const absl::StatusOr<uint64_t> available = AvailableMemory();
  if (!available.ok()) return std::numeric_limits<uint64_t>::max();
  const uint64_t margin = std::max(kMinMargin, *available / 8);
  return *available - std::min(margin, *available);
}

bool IsCopy(HugePages mode) {
  return mode == HugePages::kThp || mode == HugePages::kHugetlb;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadedArena>> LoadedArena::Open(
    const std::string& path, const LoadOptions& options) {
  const LoadMeter meter;
  absl::StatusOr<FileMapping> opened = FileMapping::Open(path);
  if (!opened.ok()) return NoArenaMapped(path, opened.status());
  FileMapping mapping = *std::move(opened);
  ReadAheadManifest(mapping);
  absl::StatusOr<Arena> arena = ParseArena(mapping.bytes());
  // What was read as zeros must not be called damaged.
  TESSERA_RETURN_IF_ERROR(mapping.CheckReadable());
  if (!arena.ok()) {
    if (!HasArenaMagic(mapping.bytes())) return NoArena(path, mapping.bytes());
    return WithNameHint(path, WithPath(path, arena.status()));
  }
  auto loaded = std::unique_ptr<LoadedArena>(
      new LoadedArena(meter, std::move(mapping), *std::move(arena), options));
  TESSERA_RETURN_IF_ERROR(loaded->CheckOptions());
  TESSERA_RETURN_IF_ERROR(loaded->Load());
  loaded->report_.open_seconds = loaded->meter_.seconds();
  return loaded;
}

LoadedArena::LoadedArena(const LoadMeter& meter, FileMapping mapping,
                         Arena arena, const LoadOptions& options)
    : meter_(meter),
      mapping_(std::move(mapping)),
      arena_(std::move(arena)),
      hot_(RangesOf(arena_.manifest, Section::KIND_HOT)),
      cold_(RangesOf(arena_.manifest, Section::KIND_COLD)),
      options_(options) {
  const uint8_t* file = mapping_.bytes().data();
  for (const StoredTensor& tensor : arena_.tensors) {
    tensors_.push_back({tensor.name(), tensor.type, tensor.layout,
                        tensor.Data(file), tensor.shape});
  }
  report_.mode = options.huge_pages;
  report_.mapped_bytes = mapping_.bytes().size();
  report_.hot_bytes = BytesOf(hot_);
}

absl::Status LoadedArena::CheckOptions() const {
  if (options_.verify == Verify::kLazy &&
      options_.populate == Populate::kLazy) {
    return absl::InvalidArgumentError(
        absl::StrCat(path(),
                     ": verify=lazy checks what is read ahead, and with "
                     "populate=lazy nothing is; use populate=ahead"));
  }
  return absl::OkStatus();
}

absl::Status LoadedArena::Load() {
  Advise();
  if (options_.verify != Verify::kNone) {
    verifier_ = std::make_unique<ChunkVerifier>(mapping_.bytes(), arena_);
  }
  if (IsCopy(options_.huge_pages)) TESSERA_RETURN_IF_ERROR(CopyHotSections());
  const uint64_t memory_bytes =
      options_.memory_bytes != 0 ? options_.memory_bytes : MemoryForWeights();
  const bool may_stream = !IsCopy(options_.huge_pages) && !options_.mlock &&
                          options_.populate != Populate::kLazy;
  if (may_stream && report_.hot_bytes > memory_bytes) {
    return StreamSections(memory_bytes);
  }
  TESSERA_RETURN_IF_ERROR(ReadSections());
  return options_.mlock ? LockMemory() : absl::OkStatus();
}

void LoadedArena::Advise() {
  report_.cached_share = CachedShareOf(hot_);
  const Access huge = options_.populate == Populate::kLazy
                          ? Access::kHugePages
                          : Access::kHugePagesInParallel;
  const HugePages mode = options_.huge_pages;
  for (const FileRange& range : hot_) {
    const bool ask = mode == HugePages::kAuto || mode == HugePages::kFile;
    advised_ &= mapping_.Advise(range, ask ? huge : Access::kSmallPages);
  }
  // Single rows should not pull in 2 MiB each.
  const bool whole =
      options_.populate == Populate::kAll || options_.verify != Verify::kNone;
  for (const FileRange& range : cold_) {
    mapping_.Advise(range, mode == HugePages::kFile ? huge
                           : whole                  ? Access::kSmallPages
                                                    : Access::kRows);
  }
  if (mode != HugePages::kOff) report_.asked_bytes = report_.hot_bytes;
  if (mode == HugePages::kFile) {
    report_.asked_bytes += BytesOf(cold_);
  }
}

std::optional<double> LoadedArena::CachedShareOf(
    const std::vector<FileRange>& ranges) const {
  double bytes = 0;
  for (const FileRange& range : ranges) {
    const std::optional<double> share = mapping_.CachedShare(range);
    if (!share.has_value()) return std::nullopt;
    bytes += *share * static_cast<double>(range.size);
  }
  const uint64_t all = BytesOf(ranges);
  return all == 0 ? 0 : bytes / static_cast<double>(all);
}

int LoadedArena::Readers() const {
  return options_.readers > 0 ? options_.readers : Populator::kReaders;
}

absl::Status LoadedArena::CopyHotSections() {
  const LoadMeter meter;
  const CopyPages pages = options_.huge_pages == HugePages::kHugetlb
                              ? CopyPages::kPool
                              : CopyPages::kTransparent;
  for (const FileRange& range : hot_) {
    TESSERA_RETURN_IF_ERROR(ReplaceByCopy(mapping_, range, pages, Readers()));
    report_.private_bytes += range.size;
  }
  report_.read_bytes = report_.private_bytes;
  report_.read_seconds = meter.seconds();
  return absl::OkStatus();
}

absl::Status LoadedArena::ReadSections() {
  const bool all =
      options_.populate == Populate::kAll || options_.verify == Verify::kFull;
  const bool cold = all || options_.huge_pages == HugePages::kFile;
  if (options_.populate == Populate::kLazy && !all) return absl::OkStatus();
  std::vector<FileRange> ranges = hot_;
  if (IsCopy(options_.huge_pages) && verifier_ == nullptr) ranges.clear();
  if (cold) {
    ranges.insert(ranges.end(), cold_.begin(), cold_.end());
  }
  if (ranges.empty()) return absl::OkStatus();
  const uint64_t total = BytesOf(ranges);
  if (report_.private_bytes == 0) report_.read_bytes = total;
  int readers = Readers();
  // Hashing takes processors, not only requests to the disk.
  if (verifier_ != nullptr) {
    readers = std::max<int>(readers, std::thread::hardware_concurrency());
  }
  populator_ = std::make_unique<Populator>(
      mapping_, ranges, readers,
      [this, total](FileRange range) { return Accept(range, total); });
  const bool wait =
      all || options_.populate == Populate::kHot || options_.mlock;
  return wait ? populator_->Wait() : absl::OkStatus();
}

absl::Status LoadedArena::Accept(FileRange range, uint64_t total) {
  const uint64_t done = read_bytes_.fetch_add(range.size) + range.size;
  if (options_.on_read != nullptr) options_.on_read(done, total);
  if (verifier_ == nullptr) return absl::OkStatus();
  return WithPath(path(), verifier_->Verify(range));
}

absl::Status LoadedArena::StreamSections(uint64_t memory_bytes) {
  // Everything is read once to be verified, and is verified from then on.
  if (verifier_ != nullptr) {
    TESSERA_RETURN_IF_ERROR(ReadSections());
    TESSERA_RETURN_IF_ERROR(populator_->Wait());
  }
  StreamSizes sizes;
  sizes.memory_bytes = memory_bytes;
  stream_ = std::make_unique<WeightStream>(mapping_, hot_, sizes, Readers());
  report_.streamed_bytes = stream_->report().streamed_bytes;
  return absl::OkStatus();
}

absl::Status LoadedArena::LockMemory() const {
  for (const FileRange& range : hot_) {
    if (mlock(mapping_.bytes().data() + range.offset, range.size) == 0) {
      continue;
    }
    struct rlimit limit;
    getrlimit(RLIMIT_MEMLOCK, &limit);
    return absl::FailedPreconditionError(
        absl::StrCat(path(), ": cannot lock ", range.size,
                     " bytes in memory (limit ", limit.rlim_cur,
                     "): raise it (ulimit -l unlimited) or leave out "
                     "mlock"));
  }
  return absl::OkStatus();
}

const TensorView* LoadedArena::FindTensor(absl::string_view name) const {
  const auto found = arena_.index.find(name);
  return found == arena_.index.end() ? nullptr : &tensors_[found->second];
}

absl::StatusOr<LoadReport> LoadedArena::Report() const {
  LoadReport report = report_;
  const absl::StatusOr<MappedPages> pages =
      PagesMapped(mapping_.bytes().data(), mapping_.bytes().size());
  if (pages.ok()) {
    report.huge_bytes = pages->huge;
    report.hugetlb_bytes = pages->hugetlb;
    report.small_bytes = pages->small();
    ExplainPages(ReadPageFacts(mapping_, advised_), &report);
  } else {
    // In a container without /proc everything works but this.
    report.why_not_huge =
        absl::StrCat("it is not known: ", pages.status().message());
    report.how_to_repair = "mount /proc";
  }
  meter_.AddFaults(report);
  if (populator_ != nullptr) {
    report.reading = !populator_->done();
    report.read_seconds += absl::ToDoubleSeconds(populator_->elapsed());
  }
  if (verifier_ != nullptr) report.verified_bytes = verifier_->verified_bytes();
  return report;
}

absl::Status LoadedArena::VerifyBytes(const uint8_t* data,
                                      uint64_t size) const {
  if (verifier_ == nullptr) return absl::OkStatus();
  const auto offset = static_cast<uint64_t>(data - mapping_.bytes().data());
  return WithPath(path(), verifier_->Verify({offset, size}));
}

absl::Status LoadedArena::CheckHealth() const {
  absl::Status status;
  if (populator_ != nullptr) {
    status = verifier_ != nullptr ? populator_->Wait() : populator_->status();
  }
  // A file that cannot be read explains a hash that is wrong.
  TESSERA_RETURN_IF_ERROR(mapping_.CheckReadable());
  if (stream_ != nullptr) TESSERA_RETURN_IF_ERROR(stream_->status());
  return status;
}

}  // namespace tessera
