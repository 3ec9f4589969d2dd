// Writes an arena front to back, in pieces that the page cache can keep as huge
// pages.
#ifndef CONVERTER_ARENA_WRITER_H_
#define CONVERTER_ARENA_WRITER_H_

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "base/digest.h"
#include "formats/arena/arena_constants.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// In place of the digest of a chunk that this writer did not see all of.
inline const std::string kUnknownDigest(kXxh128Bytes, '\0');

// The caller knows beforehand where everything goes and passes the bytes of
// each section in order:
//
//   TESSERA_ASSIGN_OR_RETURN(auto writer, ArenaWriter::Create(path, false));
//   writer->BeginSection(Section::KIND_HOT);
//   writer->PadTo(offset); writer->Write(bytes); ...
//   writer->EndSection();
//   writer->Finish(&manifest);
//
// Every call returns a status; after a failed write all later calls return
// it. Nothing exists under `path` before Finish has succeeded, and nothing is
// left behind if it never does, unless the process is killed. The same calls
// give the same file, however the bytes are cut into pieces. Not thread-safe.
//
// Several processes can write one arena, each its part of the file: each walks
// through all sections and skips what others write.
class ArenaWriter {
 public:
  // AlreadyExists if `path` exists and `overwrite` is false.
  static absl::StatusOr<std::unique_ptr<ArenaWriter>> Create(
      const std::string& path, bool overwrite);

  // Writes to `file`.
  static absl::StatusOr<std::unique_ptr<ArenaWriter>> Create(AtomicFile file);

  AtomicFile& file() { return file_; }

  // From now on, whole pieces of 2 MiB below `end` are hashed but not written:
  // the file has those bytes already. Call it before the first section.
  void SetAlreadyWritten(uint64_t end) { already_written_ = end; }

  // Sections follow each other; each starts at position(), on 2 MiB.
  absl::Status BeginSection(Section::Kind kind);

  // Where the next byte goes, from the start of the file.
  uint64_t position() const { return written_ + staged_; }

  // Appends to the section.
  absl::Status Write(absl::Span<const uint8_t> bytes);

  // Appends zeros until position() is `offset`; InvalidArgument if it is
  // beyond that already.
  absl::Status PadTo(uint64_t offset);

  // Moves position() to `offset`. Somebody else writes the bytes between.
  absl::Status Skip(uint64_t offset);

  // Pads the section to 2 MiB. A section must not be empty.
  absl::Status EndSection();

  // The sections that have ended. A chunk of which bytes were skipped has
  // kUnknownDigest.
  const std::vector<Section>& sections() const { return sections_; }

  // Takes the digests that are unknown from `sections`, another's sections().
  // InvalidArgument if they are not the same sections.
  absl::Status AddDigests(absl::Span<const Section> sections);

  // Replaces manifest->sections by those that were written (extents and
  // hashes; what is unknown is read from the file), checks the manifest as a
  // reader would, writes it and, last of all, the header, and moves the file
  // into place. Internal if a reader would refuse the arena. Call it once.
  absl::Status Finish(Manifest* manifest);

  // Whether Finish has begun to write where a journal may have been.
  bool is_finishing() const { return is_finishing_; }

 private:
  struct FreeStaging {
    void operator()(uint8_t* bytes) const { std::free(bytes); }
  };

  explicit ArenaWriter(AtomicFile file);

  absl::Status CheckInSection() const;
  absl::Status AppendZeros(uint64_t size);
  absl::Status FlushStaging();
  absl::Status WriteUnit(const uint8_t* unit);
  absl::Status WriteStaged();
  void PassUnit(const uint8_t* unit);
  void EndChunk();
  absl::Status ReadUnknownDigests();

  AtomicFile file_;
  absl::Status status_;  // the first error
  uint64_t written_;     // file offset behind the last write
  uint64_t already_written_ = 0;
  uint64_t staged_ = 0;     // bytes in staging_
  uint64_t own_begin_ = 0;  // the first of them that was not skipped
  std::unique_ptr<uint8_t[], FreeStaging> staging_;  // one unit, aligned
  bool in_section_ = false;
  bool is_finishing_ = false;
  std::vector<Section> sections_;
  std::unique_ptr<Xxh128Stream> chunk_hash_;  // null: at a chunk's start
  bool chunk_known_ = true;                   // none of it was skipped
  uint64_t chunk_bytes_ = 0;                  // so far
};

}  // namespace tessera

#endif  // CONVERTER_ARENA_WRITER_H_
