#include "runtime/llm/load_flags.h"

#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/byte_size.h"
#include "base/file_error.h"
#include "base/number_flag.h"
#include "base/status_macros.h"

using CountFlag = tessera::IntegerFlag<0>;
using ReadersFlag = tessera::IntegerFlag<0, tessera::kMaxReaders>;

ABSL_FLAG(tessera::ThreadsFlag, threads, {0}, "threads; 0: one per CPU");
ABSL_FLAG(CountFlag, ctx_size, {0},
          "tokens that prompt and answer may have together; 0: as many as the "
          "model was trained with, but not more than 4096");
ABSL_FLAG(std::string, huge_pages, "auto",
          "where pages of 2 MiB for the weights come from. auto: the page "
          "cache, shared by all processes; file: the same, for cold sections "
          "too; thp: a private copy in transparent huge pages; hugetlb: a "
          "private copy in the system's pool; off: small pages");
ABSL_FLAG(std::string, populate, "ahead",
          "when to read the weights. ahead: while the first token is computed; "
          "lazy: when they are touched; hot: before it, what every token "
          "needs; all: before it, everything");
ABSL_FLAG(std::string, verify, "none",
          "when to compare the weights with the arena's hashes. none: never; "
          "lazy: each 4 MiB when it is first read; full: all before the first "
          "token");
ABSL_FLAG(std::string, numa, "off",
          "on which NUMA nodes to work. off: where the system wants; "
          "interleave: new pages on all nodes in turn; bind=N: threads and new "
          "pages on node N");
ABSL_FLAG(bool, mlock, false, "keep the weights from being paged out");
ABSL_FLAG(tessera::ByteSize, max_memory, tessera::ByteSize{0},
          "memory for the weights, such as 700MiB or 4G; what does not fit is "
          "read again for every token; 0: what the machine and its control "
          "groups have left");
ABSL_FLAG(ReadersFlag, readers, {0},
          "threads that read weights from the disk at the same time; 0: 4");
namespace tessera {
namespace {

// "--huge_pages: " before the message of a word that was not understood.
template <typename Value>
absl::Status Take(absl::string_view flag, absl::StatusOr<Value> value,
                  Value* result) {
  if (!value.ok()) return WithPath(absl::StrCat("--", flag), value.status());
  *result = *std::move(value);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadLoadFlags(RunOptions* options) {
  options->threads = static_cast<int>(absl::GetFlag(FLAGS_threads).value);
  options->ctx_size = absl::GetFlag(FLAGS_ctx_size).value;
  LoadOptions& load = options->load;
  TESSERA_RETURN_IF_ERROR(
      Take("huge_pages", HugePagesFromWord(absl::GetFlag(FLAGS_huge_pages)),
           &load.huge_pages));
  TESSERA_RETURN_IF_ERROR(Take("populate",
                               PopulateFromWord(absl::GetFlag(FLAGS_populate)),
                               &load.populate));
  TESSERA_RETURN_IF_ERROR(Take(
      "verify", VerifyFromWord(absl::GetFlag(FLAGS_verify)), &load.verify));
  TESSERA_RETURN_IF_ERROR(Take(
      "numa", NumaPolicyFromWord(absl::GetFlag(FLAGS_numa)), &options->numa));
  load.mlock = absl::GetFlag(FLAGS_mlock);
  load.memory_bytes = absl::GetFlag(FLAGS_max_memory).bytes;
  load.readers = static_cast<int>(absl::GetFlag(FLAGS_readers).value);
  return absl::OkStatus();
}

}  // namespace tessera
