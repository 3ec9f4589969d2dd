// Writes a planned GGUF file.
#ifndef CONVERTER_GGUF_FILE_WRITER_H_
#define CONVERTER_GGUF_FILE_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "base/digest.h"
#include "converter/gguf_plan.h"
#include "formats/gguf/gguf_writer.h"

namespace tessera {

// A file that appears under its name in Commit; until then it is temporary, and
// goes away with the object or the process. Refers to what it was made from.
// Not thread-safe.
class GgufFileWriter {
 public:
  // Begins the file, and writes its header. Errors of AtomicFile::Create, and
  // ResourceExhausted if the disk has no room for it.
  static absl::StatusOr<std::unique_ptr<GgufFileWriter>> Create(
      const GgufPlanFile& plan, const GgufHeader& header, bool overwrite);

  // Writes bytes of a tensor.
  absl::Status Write(uint64_t offset, absl::Span<const uint8_t> bytes);

  // Once all tensors are written: the bytes between them. Returns the SHA-256
  // of the file, 32 bytes.
  absl::StatusOr<std::string> Finish();

  // Gives the file its name.
  absl::Status Commit() { return file_.Commit(); }

 private:
  GgufFileWriter(const GgufPlanFile& plan, const GgufHeader& header,
                 AtomicFile file)
      : plan_(plan), header_(header), file_(std::move(file)) {}

  void Hash(uint64_t offset, absl::Span<const uint8_t> bytes);
  absl::StatusOr<std::string> HashAnew() const;

  const GgufPlanFile& plan_;
  const GgufHeader& header_;
  AtomicFile file_;
  // Over the bytes so far, as long as they come in their order.
  std::optional<Sha256Stream> hash_{std::in_place};
  uint64_t hashed_ = 0;
  uint64_t written_back_ = 0;
};

}  // namespace tessera

#endif  // CONVERTER_GGUF_FILE_WRITER_H_
