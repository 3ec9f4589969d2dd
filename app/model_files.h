// The files of a model as they are now, and what they hold.
#ifndef APP_MODEL_FILES_H_
#define APP_MODEL_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "app/pack_cache.h"
#include "app/pack_record.pb.h"
#include "converter/source/input_files.h"

namespace tessera {

struct ModelFiles {
  std::string path;  // of the model, absolute
  std::vector<InputFile> files;
  std::vector<FileStamp> stamps;  // of `files`
};

// Finds the files of the model at `path`, and waits until a change of them
// would show. Reads no weights. Errors of ListInputFiles; NotFound and the like
// for a file that is not there.
absl::StatusOr<ModelFiles> FindModelFiles(const std::string& path);

// Whether the record's pack is known to be made from these very files.
bool HasStamps(const PackRecord& record, const ModelFiles& model);

// The SHA-256 of each file, for as many as need it. Those that a record knows
// by their stamps are not read. Not thread-safe.
class ModelDigests {
 public:
  // Refers to both.
  ModelDigests(const ModelFiles& model,
               absl::Span<const PackCache::Entry> entries);

  // Of the file `index`; reads it the first time. FailedPrecondition if it
  // changes while it is read.
  absl::StatusOr<std::string> Of(size_t index, bool quiet);

  // Sets what is known from elsewhere.
  void Set(size_t index, std::string sha256) { digests_[index] = sha256; }

  // Bytes that were read for it.
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  const ModelFiles& model_;
  std::vector<std::optional<std::string>> digests_;
  uint64_t bytes_read_ = 0;
};

// Whether the record's pack was made from files of the same content. Files are
// compared by size first, and the small ones before the large.
absl::StatusOr<bool> HasContent(const PackRecord& record,
                                const ModelFiles& model, bool quiet,
                                ModelDigests& digests);

// Puts the model first among those that the record knows.
void Remember(const ModelFiles& model, PackRecord* record);

}  // namespace tessera

#endif  // APP_MODEL_FILES_H_
