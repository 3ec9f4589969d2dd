#include "converter/arena_output.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "converter/describe_conversion.h"
#include "converter/stream_checks.h"
#include "formats/arena/arena_constants.h"
#include "formats/json/message_utf8.h"

namespace tessera {
namespace {

// Bytes of a file that are read at a time when a conversion is continued.
constexpr uint64_t kReadBytes = uint64_t{8} << 20;

// Of a tensor in the manifest, besides what is known beforehand.
constexpr uint64_t kHashBytesPerTensor = 128;

uint64_t ManifestOffset(const ArenaPlan& plan) {
  if (plan.sections.empty()) return kSectionAlignment;
  const PlannedSection& last = plan.sections.back();
  return RoundUp(last.offset + last.size, kSectionAlignment);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArenaOutput>> ArenaOutput::Create(
    const WeightSource& source, const OutputOptions& options) {
  std::unique_ptr<ArenaOutput> output(new ArenaOutput(source, options));
  TESSERA_ASSIGN_OR_RETURN(output->plan_, PlanArena(source, options.plan));
  for (size_t i = 0; i < output->plan_.sections.size(); ++i) {
    for (const PlannedStream& stream : output->plan_.sections[i].streams) {
      output->streams_.push_back(&stream);
      output->sections_.push_back(i);
    }
  }
  output->packed_.resize(output->plan_.tensors.size());
  output->file_bytes_ = ManifestOffset(output->plan_) +
                        output->Describe().ByteSizeLong() +
                        kHashBytesPerTensor * output->packed_.size();
  return output;
}

uint64_t ArenaOutput::bytes_to_write() const {
  std::error_code error;
  const uint64_t there =
      std::filesystem::file_size(AtomicFile::PartialPath(path()), error);
  return error ? file_bytes_ : file_bytes_ - std::min(there, file_bytes_);
}

bool ArenaOutput::KeepForResume() {
  if (recorded_ == 0 || writer_ == nullptr || writer_->is_finishing()) {
    return false;
  }
  writer_->file().Keep();
  return true;
}

absl::Status ArenaOutput::Open(Begin begin, bool overwrite) {
  const std::string partial = AtomicFile::PartialPath(path());
  std::error_code error;
  if (begin == Begin::kResume && !std::filesystem::exists(partial, error)) {
    begin = Begin::kNew;
  }
  absl::StatusOr<AtomicFile> file =
      begin == Begin::kUnnamed  ? AtomicFile::Create(path(), overwrite)
      : begin == Begin::kNew    ? AtomicFile::CreatePartial(path(), overwrite)
      : begin == Begin::kResume ? AtomicFile::OpenPartial(path(), overwrite)
                                : AtomicFile::JoinPartial(path());
  if (!file.ok()) return file.status();
  TESSERA_ASSIGN_OR_RETURN(writer_, ArenaWriter::Create(*std::move(file)));
  if (begin == Begin::kJoin || begin == Begin::kUnnamed) {
    return absl::OkStatus();
  }
  journal_.emplace(&writer_->file(), Fingerprint(), ManifestOffset(plan_));
  const absl::Status status =
      begin == Begin::kNew ? journal_->Begin() : Resume();
  // What was there before is not lost because it cannot be continued now.
  if (!status.ok() && begin == Begin::kResume) writer_->file().Keep();
  return status;
}

// Everything that decides on the bytes but the weights, of which the journal
// has hashes. Whoever touches a file does not change it.
std::string ArenaOutput::Fingerprint() const {
  std::string text = Describe().SerializeAsString();
  for (const MappedFile& file : source_.files) {
    absl::StrAppend(&text,
                    std::filesystem::path(file.path()).filename().string(), " ",
                    file.bytes().size(), "\n");
  }
  return Sha256(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

Manifest ArenaOutput::Describe() const {
  return DescribeArena(source_, options_.plan, plan_, packed_);
}

// One that was finished, but could not get its name, is not to be made again.
absl::Status ArenaOutput::CheckUnfinished() const {
  uint8_t magic[sizeof(kArenaMagic)];
  const bool is_arena =
      writer_->file().ReadAt(0, absl::MakeSpan(magic)).ok() &&
      std::equal(std::begin(magic), std::end(magic), kArenaMagic);
  if (!is_arena) return absl::OkStatus();
  const std::string partial = AtomicFile::PartialPath(path());
  return absl::FailedPreconditionError(absl::StrCat(
      partial, ": is finished and lacks nothing but its name; move it to ",
      path()));
}

absl::Status ArenaOutput::Resume() {
  TESSERA_RETURN_IF_ERROR(CheckUnfinished());
  TESSERA_ASSIGN_OR_RETURN(const auto streams, journal_->Read());
  finished_ = CountFinished(streams);
  const absl::Status same = CheckSource(source_, finished_);
  if (!same.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        same.message(),
        "; put the file back as it was, or convert without --resume to start "
        "anew"));
  }
  journal_->Keep(finished_);
  recorded_ = finished_;
  return Adopt(finished_);
}

// How many of the first `streams` lie in the file as the journal has them.
size_t ArenaOutput::CountFinished(const std::vector<JournalRecord>& streams) {
  size_t index = 0;
  for (; index < std::min(streams.size(), streams_.size()); ++index) {
    const PlannedStream& stream = *streams_[index];
    const JournalRecord& record = streams[index];
    if (!IsStreamInFile(stream, plan_, source_, record, writer_->file())) break;
    for (int i = 0; i < record.members_size(); ++i) {
      packed_[stream.members[i]] = PackedFrom(record.members(i));
    }
  }
  return index;
}

absl::Status ArenaOutput::CheckSource(const WeightSource& source,
                                      size_t streams) const {
  for (size_t index = 0; index < streams; ++index) {
    TESSERA_RETURN_IF_ERROR(
        CheckStreamSource(*streams_[index], plan_, source_, packed_, source));
  }
  return absl::OkStatus();
}

// Lets the writer hash the first `count` streams, which are in the file.
absl::Status ArenaOutput::Adopt(size_t count) {
  if (count == 0) return absl::OkStatus();
  const PlannedStream& last = *streams_[count - 1];
  writer_->SetAlreadyWritten(last.offset + last.size);
  std::vector<uint8_t> bytes;
  for (size_t index = 0; index < count; ++index) {
    const PlannedStream& stream = *streams_[index];
    TESSERA_RETURN_IF_ERROR(AdvanceTo(index));
    for (uint64_t done = 0; done < stream.size; done += bytes.size()) {
      bytes.resize(std::min(kReadBytes, stream.size - done));
      TESSERA_RETURN_IF_ERROR(
          writer_->file().ReadAt(stream.offset + done, absl::MakeSpan(bytes)));
      TESSERA_RETURN_IF_ERROR(writer_->Write(bytes));
    }
    next_ = index + 1;
  }
  return absl::OkStatus();
}

// Begins `section`, or ends the last one if there is none of that number. What
// lies between, even without tensors, is begun and ended.
absl::Status ArenaOutput::EnterSection(size_t section) {
  while (open_section_ != section) {
    if (open_section_.has_value()) {
      TESSERA_RETURN_IF_ERROR(EndSection(plan_.sections[*open_section_]));
    }
    open_section_ = open_section_.has_value() ? *open_section_ + 1 : 0;
    if (*open_section_ == plan_.sections.size()) break;
    TESSERA_RETURN_IF_ERROR(
        writer_->BeginSection(plan_.sections[*open_section_].kind));
  }
  return absl::OkStatus();
}

// Every process that helps writes the attachments, and writes the same.
absl::Status ArenaOutput::EndSection(const PlannedSection& section) {
  if (section.kind == Section::KIND_COLD) {
    for (size_t i = 0; i < source_.attachments.size(); ++i) {
      const std::string& stored = source_.attachments[i].stored;
      TESSERA_RETURN_IF_ERROR(writer_->PadTo(plan_.attachment_offsets[i]));
      TESSERA_RETURN_IF_ERROR(writer_->Write(absl::MakeConstSpan(
          reinterpret_cast<const uint8_t*>(stored.data()), stored.size())));
    }
  }
  TESSERA_RETURN_IF_ERROR(writer_->PadTo(section.offset + section.size));
  return writer_->EndSection();
}

// Puts the writer to the first byte of stream `index`, or behind the last
// section for streams_.size(). Streams between are another's to write.
absl::Status ArenaOutput::AdvanceTo(size_t index) {
  for (; next_ < index; ++next_) {
    const PlannedStream& stream = *streams_[next_];
    TESSERA_RETURN_IF_ERROR(EnterSection(sections_[next_]));
    TESSERA_RETURN_IF_ERROR(writer_->Skip(stream.offset + stream.size));
  }
  if (index == streams_.size()) {
    return plan_.sections.empty() ? absl::OkStatus()
                                  : EnterSection(plan_.sections.size());
  }
  TESSERA_RETURN_IF_ERROR(EnterSection(sections_[index]));
  return writer_->PadTo(streams_[index]->offset);
}

PackJob ArenaOutput::JobFor(size_t index, uint64_t step_bytes,
                            std::function<absl::Status(uint64_t)> progress,
                            std::function<absl::Status()> done) {
  PackJob job;
  job.packer = std::make_unique<StreamPacker>(source_, plan_, *streams_[index],
                                              step_bytes);
  job.write = [this, index, progress](absl::Span<const uint8_t> bytes) {
    if (next_ <= index) {
      TESSERA_RETURN_IF_ERROR(AdvanceTo(index));
      next_ = index + 1;
    }
    TESSERA_RETURN_IF_ERROR(writer_->Write(bytes));
    return progress(bytes.size());
  };
  job.finish = [this, index, done, packer = job.packer.get()] {
    TESSERA_RETURN_IF_ERROR(FinishStream(index, *packer));
    return done();
  };
  return job;
}

absl::Status ArenaOutput::FinishStream(size_t index,
                                       const StreamPacker& packer) {
  TESSERA_RETURN_IF_ERROR(packer.Finish(absl::MakeSpan(packed_)));
  if (!journal_.has_value()) return absl::OkStatus();
  const JournalRecord record =
      JournalRecordOf(*streams_[index], plan_, source_, packed_);
  TESSERA_RETURN_IF_ERROR(journal_->Append(record));
  ++recorded_;
  return absl::OkStatus();
}

absl::StatusOr<std::string> ArenaOutput::Findings() {
  TESSERA_RETURN_IF_ERROR(AdvanceTo(streams_.size()));
  Manifest findings;
  for (size_t i = 0; i < packed_.size(); ++i) {
    DescribeTensor(source_.tensors[i], plan_.tensors[i], packed_[i],
                   findings.add_tensors());
  }
  const std::vector<Section>& sections = writer_->sections();
  findings.mutable_sections()->Assign(sections.begin(), sections.end());
  return findings.SerializeAsString();
}

absl::Status ArenaOutput::Merge(const std::string& findings) {
  Manifest other;
  if (!other.ParseFromString(findings) ||
      other.tensors_size() != static_cast<int>(packed_.size())) {
    return absl::InternalError(
        absl::StrCat(path(), ": another process sent something else"));
  }
  for (size_t i = 0; i < packed_.size(); ++i) {
    const Tensor& tensor = other.tensors(static_cast<int>(i));
    if (tensor.stored_xxh128().empty()) continue;
    packed_[i] = PackedFrom(tensor);
  }
  const std::vector<Section> sections(other.sections().begin(),
                                      other.sections().end());
  return writer_->AddDigests(sections);
}

absl::StatusOr<Manifest> ArenaOutput::Finish(const Source& source) {
  TESSERA_RETURN_IF_ERROR(AdvanceTo(streams_.size()));
  Manifest manifest = Describe();
  *manifest.mutable_source() = source;
  MakeUtf8(manifest.mutable_source());
  DescribeWayBack(options_.plan, &manifest);
  TESSERA_RETURN_IF_ERROR(writer_->Finish(&manifest));
  return manifest;
}

}  // namespace tessera
