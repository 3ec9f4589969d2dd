// What a conversion has done, so that another can continue it.
#ifndef CONVERTER_CONVERSION_JOURNAL_H_
#define CONVERTER_CONVERSION_JOURNAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/atomic_file.h"
#include "converter/journal_record.pb.h"

namespace tessera {

// A journal lies in the unfinished arena itself, in places that the finished
// one writes last: who it belongs to where the header will be, and a record for
// each finished stream from where the manifest will be. docs/arena_format.md
// has the picture. Nothing is flushed: whoever reads a journal checks the bytes
// that it speaks of.
class ConversionJournal {
 public:
  // `fingerprint` stands for the input and the options; `offset` is where the
  // manifest will be. `file` must outlive the journal.
  ConversionJournal(AtomicFile* file, std::string fingerprint, uint64_t offset)
      : file_(file), fingerprint_(std::move(fingerprint)), offset_(offset) {}

  // Starts an empty journal.
  absl::Status Begin();

  // Reads the members of each finished stream, in the order in which they were
  // appended, up to the first record that is not whole; Append continues there.
  // FailedPrecondition if the file has no journal, or one of another
  // conversion.
  absl::StatusOr<std::vector<JournalRecord>> Read();

  // Forgets all records but the first `count` of those that Read returned.
  void Keep(size_t count);

  // Records that a stream is finished. Of its tensors, names, hashes and what
  // was found out about their weights are kept.
  absl::Status Append(const JournalRecord& stream);

 private:
  std::string Head() const;

  AtomicFile* file_;
  std::string fingerprint_;
  uint64_t offset_;               // of the next record
  std::vector<uint64_t> begins_;  // of the records that were read
};

}  // namespace tessera

#endif  // CONVERTER_CONVERSION_JOURNAL_H_
