#include "converter/arena_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/arena/arena_constants.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/manifest_codec.h"

namespace tessera {
namespace {

// ext4 and XFS keep a write of 2 MiB at a multiple of 2 MiB in one huge page of
// the page cache; smaller or unaligned writes never become huge again.
constexpr uint64_t kUnitBytes = kSectionAlignment;
static_assert(kChunkBytes % kUnitBytes == 0, "a unit lies in one chunk");

// The system is asked to start writing to the disk in pieces of this size.
constexpr uint64_t kWritebackBytes = uint64_t{16} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<ArenaWriter>> ArenaWriter::Create(
    const std::string& path, bool overwrite) {
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file,
                           AtomicFile::CreatePartial(path, overwrite));
  return Create(std::move(file));
}

absl::StatusOr<std::unique_ptr<ArenaWriter>> ArenaWriter::Create(
    AtomicFile file) {
  std::unique_ptr<ArenaWriter> writer(new ArenaWriter(std::move(file)));
  if (writer->staging_ == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(
        writer->file_.path(), ": no memory for a buffer of ", kUnitBytes));
  }
  return writer;
}

// The first unit is the header's; it is written last.
ArenaWriter::ArenaWriter(AtomicFile file)
    : file_(std::move(file)),
      written_(kUnitBytes),
      staging_(
          static_cast<uint8_t*>(std::aligned_alloc(kUnitBytes, kUnitBytes))) {}

absl::Status ArenaWriter::CheckInSection() const {
  if (!status_.ok()) return status_;
  if (in_section_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(file_.path(), ": no section has begun"));
}

absl::Status ArenaWriter::BeginSection(Section::Kind kind) {
  if (!status_.ok()) return status_;
  if (in_section_) {
    return absl::FailedPreconditionError(absl::StrCat(
        file_.path(), ": section ", sections_.size() - 1, " has not ended"));
  }
  in_section_ = true;
  Section& section = sections_.emplace_back();
  section.set_kind(kind);
  section.mutable_extent()->set_offset(position());
  section.set_chunk_bytes(kChunkBytes);
  return absl::OkStatus();
}

absl::Status ArenaWriter::Write(absl::Span<const uint8_t> bytes) {
  TESSERA_RETURN_IF_ERROR(CheckInSection());
  while (!bytes.empty()) {
    if (staged_ == 0 && bytes.size() >= kUnitBytes) {
      TESSERA_RETURN_IF_ERROR(WriteUnit(bytes.data()));
      bytes.remove_prefix(kUnitBytes);
      continue;
    }
    const uint64_t size =
        std::min<uint64_t>(bytes.size(), kUnitBytes - staged_);
    std::memcpy(staging_.get() + staged_, bytes.data(), size);
    staged_ += size;
    bytes.remove_prefix(size);
    TESSERA_RETURN_IF_ERROR(FlushStaging());
  }
  return absl::OkStatus();
}

absl::Status ArenaWriter::AppendZeros(uint64_t size) {
  while (size != 0) {
    const uint64_t step = std::min(size, kUnitBytes - staged_);
    std::memset(staging_.get() + staged_, 0, step);
    staged_ += step;
    size -= step;
    TESSERA_RETURN_IF_ERROR(FlushStaging());
  }
  return absl::OkStatus();
}

absl::Status ArenaWriter::PadTo(uint64_t offset) {
  TESSERA_RETURN_IF_ERROR(CheckInSection());
  if (offset < position()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_.path(), ": cannot pad to offset ", offset,
                     ", already at ", position()));
  }
  return AppendZeros(offset - position());
}

absl::Status ArenaWriter::FlushStaging() {
  if (staged_ < kUnitBytes) return absl::OkStatus();
  if (own_begin_ == 0) {
    staged_ = 0;
    return WriteUnit(staging_.get());
  }
  TESSERA_RETURN_IF_ERROR(WriteStaged());
  PassUnit(nullptr);
  return absl::OkStatus();
}

absl::Status ArenaWriter::WriteUnit(const uint8_t* unit) {
  const uint64_t end = written_ + kUnitBytes;
  if (end > already_written_) {
    status_ = file_.WriteAt(written_, absl::MakeConstSpan(unit, kUnitBytes));
    if (!status_.ok()) return status_;
    if (end % kWritebackBytes == 0) {
      file_.StartWriteback(end - kWritebackBytes, kWritebackBytes);
    }
  }
  PassUnit(unit);
  return absl::OkStatus();
}

// Writes what is staged of a unit that this writer has only a part of.
absl::Status ArenaWriter::WriteStaged() {
  status_ = file_.WriteAt(
      written_ + own_begin_,
      absl::MakeConstSpan(staging_.get() + own_begin_, staged_ - own_begin_));
  own_begin_ = staged_;
  return status_;
}

// Goes to the next unit. `unit` holds the bytes of this one, null if some of
// them are not known.
void ArenaWriter::PassUnit(const uint8_t* unit) {
  if (unit == nullptr) chunk_known_ = false;
  if (chunk_known_) {
    if (chunk_hash_ == nullptr) chunk_hash_ = std::make_unique<Xxh128Stream>();
    chunk_hash_->Update(absl::MakeConstSpan(unit, kUnitBytes));
  }
  chunk_bytes_ += kUnitBytes;
  if (chunk_bytes_ == kChunkBytes) EndChunk();
  written_ += kUnitBytes;
  staged_ = 0;
  own_begin_ = 0;
}

absl::Status ArenaWriter::Skip(uint64_t offset) {
  TESSERA_RETURN_IF_ERROR(CheckInSection());
  if (offset < position()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_.path(), ": cannot skip to offset ", offset,
                     ", already at ", position()));
  }
  if (offset == position()) return absl::OkStatus();
  if (staged_ != own_begin_) TESSERA_RETURN_IF_ERROR(WriteStaged());
  while (offset - written_ >= kUnitBytes) PassUnit(nullptr);
  staged_ = own_begin_ = offset - written_;
  return absl::OkStatus();
}

void ArenaWriter::EndChunk() {
  if (chunk_bytes_ == 0) return;
  sections_.back().mutable_chunk_xxh128()->append(
      chunk_known_ ? chunk_hash_->Digest() : kUnknownDigest);
  chunk_hash_.reset();
  chunk_known_ = true;
  chunk_bytes_ = 0;
}

absl::Status ArenaWriter::EndSection() {
  TESSERA_RETURN_IF_ERROR(CheckInSection());
  Extent& extent = *sections_.back().mutable_extent();
  if (position() == extent.offset()) {
    return absl::FailedPreconditionError(absl::StrCat(
        file_.path(), ": section ", sections_.size() - 1, " is empty"));
  }
  if (staged_ != 0) {
    TESSERA_RETURN_IF_ERROR(AppendZeros(kUnitBytes - staged_));
  }
  EndChunk();
  extent.set_size(written_ - extent.offset());
  in_section_ = false;
  return absl::OkStatus();
}

absl::Status ArenaWriter::AddDigests(absl::Span<const Section> sections) {
  for (size_t i = 0; i < sections_.size(); ++i) {
    std::string& own = *sections_[i].mutable_chunk_xxh128();
    if (i >= sections.size() ||
        sections[i].chunk_xxh128().size() != own.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          file_.path(), ": section ", i, " was written differently"));
    }
    const std::string& others = sections[i].chunk_xxh128();
    for (size_t at = 0; at < own.size(); at += kXxh128Bytes) {
      if (own.compare(at, kXxh128Bytes, kUnknownDigest) == 0) {
        own.replace(at, kXxh128Bytes, others, at, kXxh128Bytes);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ArenaWriter::ReadUnknownDigests() {
  std::vector<uint8_t> bytes;
  for (Section& section : sections_) {
    std::string& digests = *section.mutable_chunk_xxh128();
    for (size_t at = 0; at < digests.size(); at += kXxh128Bytes) {
      if (digests.compare(at, kXxh128Bytes, kUnknownDigest) != 0) continue;
      const uint64_t begin = at / kXxh128Bytes * kChunkBytes;
      bytes.resize(std::min(kChunkBytes, section.extent().size() - begin));
      TESSERA_RETURN_IF_ERROR(file_.ReadAt(section.extent().offset() + begin,
                                           absl::MakeSpan(bytes)));
      digests.replace(at, kXxh128Bytes, Xxh128(bytes));
    }
  }
  return absl::OkStatus();
}

absl::Status ArenaWriter::Finish(Manifest* manifest) {
  if (!status_.ok()) return status_;
  if (in_section_) {
    return absl::FailedPreconditionError(absl::StrCat(
        file_.path(), ": section ", sections_.size() - 1, " has not ended"));
  }
  TESSERA_RETURN_IF_ERROR(ReadUnknownDigests());
  manifest->set_minor_version(MinorVersionOf(*manifest));
  manifest->mutable_sections()->Assign(sections_.begin(), sections_.end());
  TESSERA_ASSIGN_OR_RETURN(const EncodedManifest encoded,
                           EncodeManifest(*manifest));
  ArenaHeader header;
  header.minor_version = manifest->minor_version();
  header.file_size = written_ + encoded.stored.size();
  header.manifest_offset = written_;
  header.manifest_stored_bytes = encoded.stored.size();
  header.manifest_raw_bytes = encoded.raw_bytes;
  header.manifest_sha256 = Sha256(encoded.stored);
  const absl::Status readable = ResolveArena(header, *manifest).status();
  if (!readable.ok()) {
    return absl::InternalError(absl::StrCat(
        file_.path(), ": would not be readable: ", readable.message()));
  }
  std::vector<uint8_t> first_unit = EncodeArenaHeader(header);
  first_unit.resize(kUnitBytes, 0);
  // A full disk shows here, while what lies there can still be continued.
  status_ = file_.Reserve(header.manifest_offset, encoded.stored.size());
  if (status_.ok()) status_ = file_.Reserve(0, kUnitBytes);
  if (!status_.ok()) return status_;
  is_finishing_ = true;
  status_ = file_.WriteAt(header.manifest_offset, encoded.stored);
  if (status_.ok()) status_ = file_.Resize(header.file_size);
  if (status_.ok()) status_ = file_.WriteAt(0, first_unit);
  if (status_.ok()) status_ = file_.Commit();
  return status_;
}

}  // namespace tessera
