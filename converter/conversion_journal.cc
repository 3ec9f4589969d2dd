#include "converter/conversion_journal.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::string_view kMagic = "tessera unfinished 2\n";
// How those of all versions begin.
constexpr absl::string_view kKind = "tessera unfinished ";

// A record of more bytes than any stream has is a damaged one.
constexpr uint32_t kMaxRecordBytes = uint32_t{1} << 20;

// Before each record; little-endian.
struct RecordHead {
  uint32_t size;
  uint32_t crc32c;  // of the record
};

absl::Span<const uint8_t> AsBytes(absl::string_view text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size());
}

}  // namespace

std::string ConversionJournal::Head() const {
  return absl::StrCat(kMagic, fingerprint_);
}

absl::Status ConversionJournal::Begin() {
  return file_->WriteAt(0, AsBytes(Head()));
}

absl::StatusOr<std::vector<JournalRecord>> ConversionJournal::Read() {
  std::vector<uint8_t> bytes(Head().size());
  if (!file_->ReadAt(0, absl::MakeSpan(bytes)).ok() ||
      std::memcmp(bytes.data(), kKind.data(), kKind.size()) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(AtomicFile::PartialPath(file_->path()),
                     ": is no unfinished conversion; remove it"));
  }
  if (AsBytes(Head()) != absl::MakeConstSpan(bytes)) {
    return absl::FailedPreconditionError(absl::StrCat(
        AtomicFile::PartialPath(file_->path()),
        ": was begun with another input, other options or another version; "
        "convert without --resume to start anew"));
  }
  std::vector<JournalRecord> streams;
  RecordHead head;
  JournalRecord record;
  while (true) {
    bytes.resize(sizeof(head));
    if (!file_->ReadAt(offset_, absl::MakeSpan(bytes)).ok()) break;
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (head.size == 0 || head.size > kMaxRecordBytes) break;
    bytes.resize(head.size);
    if (!file_->ReadAt(offset_ + sizeof(head), absl::MakeSpan(bytes)).ok() ||
        Crc32c(bytes) != head.crc32c ||
        !record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      break;
    }
    streams.push_back(record);
    begins_.push_back(offset_);
    offset_ += sizeof(head) + head.size;
  }
  return streams;
}

void ConversionJournal::Keep(size_t count) {
  if (count < begins_.size()) offset_ = begins_[count];
}

absl::Status ConversionJournal::Append(const JournalRecord& stream) {
  JournalRecord record = stream;
  for (JournalRecord::Member& member : *record.mutable_members()) {
    const Tensor& tensor = member.tensor();
    Tensor kept;
    kept.set_name(tensor.name());
    kept.set_stored_xxh128(tensor.stored_xxh128());
    kept.set_rowmajor_xxh128(tensor.rowmajor_xxh128());
    kept.set_nonfinite_weights(tensor.nonfinite_weights());
    if (tensor.has_error()) *kept.mutable_error() = tensor.error();
    *member.mutable_tensor() = std::move(kept);
  }
  std::string bytes(sizeof(RecordHead), '\0');
  record.AppendToString(&bytes);
  RecordHead head;
  head.size = static_cast<uint32_t>(bytes.size() - sizeof(head));
  head.crc32c = Crc32c(AsBytes(bytes).subspan(sizeof(head)));
  std::memcpy(bytes.data(), &head, sizeof(head));
  TESSERA_RETURN_IF_ERROR(file_->WriteAt(offset_, AsBytes(bytes)));
  offset_ += bytes.size();
  return absl::OkStatus();
}

}  // namespace tessera
