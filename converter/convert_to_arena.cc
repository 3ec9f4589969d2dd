#include "converter/convert_to_arena.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "converter/arena_outputs.h"
#include "converter/check_content.h"
#include "converter/conversion_progress.h"
#include "converter/describe_conversion.h"
#include "converter/pack/pack_pipeline.h"
#include "converter/source_digests.h"
#include "converter/stream_order.h"

namespace tessera {
namespace {

// One thread hashes about as fast as two or three convert to Q4_0; a file is
// hashed by one.
int HashThreads(int threads) { return 1 + threads / 4; }

class Conversion {
 public:
  Conversion(const WeightSource& source, const ConvertOptions& options,
             RankGroup& ranks)
      : source_(source), options_(options), ranks_(ranks) {}

  absl::StatusOr<std::vector<ConvertReport>> Run(
      absl::Span<const OutputOptions> outputs);

 private:
  absl::Status Plan(absl::Span<const OutputOptions> outputs);
  absl::Status Open();
  absl::Status OpenOutputs(ArenaOutput::Begin begin);
  std::vector<bool> FilesToHash() const;
  const PlannedStream& StreamAt(const StreamPlace& place) const {
    return *outputs_[place.output]->streams()[place.stream];
  }
  absl::Status Pack(int threads, SourceDigests& digests);
  PackJob JobFor(const StreamPlace& place, ConversionProgress& progress,
                 SourceDigests& digests, std::vector<size_t>& uses);
  absl::Status CheckArenas(absl::Span<const std::string> sha256) const;
  absl::Status Keep(absl::Status why);
  absl::Status KeepIfChanged(absl::Status why);
  absl::StatusOr<Source> Describe(SourceDigests& digests);
  absl::StatusOr<std::vector<ConvertReport>> Finish(const Source& source);
  absl::Status FinishOutput(ArenaOutput& output, const Source& source,
                            ConvertReport* report);

  const WeightSource& source_;
  const ConvertOptions& options_;
  RankGroup& ranks_;
  std::vector<std::unique_ptr<ArenaOutput>> outputs_;
};

absl::StatusOr<std::vector<ConvertReport>> Conversion::Run(
    absl::Span<const OutputOptions> outputs) {
  TESSERA_RETURN_IF_ERROR(ranks_.Agree(Plan(outputs)));
  TESSERA_RETURN_IF_ERROR(Open());
  const int threads = ThreadCount(options_.threads);
  SourceDigests digests(source_, FilesToHash(), HashThreads(threads));
  const absl::Status packed =
      ranks_.Agree(KeepIfChanged(Pack(threads, digests)));
  if (!packed.ok()) return Keep(packed);
  TESSERA_ASSIGN_OR_RETURN(const Source described, Describe(digests));
  auto reports = Finish(described);
  if (!reports.ok()) return Keep(reports.status());
  return reports;
}

absl::Status Conversion::Plan(absl::Span<const OutputOptions> outputs) {
  for (const OutputOptions& options : outputs) {
    TESSERA_ASSIGN_OR_RETURN(std::unique_ptr<ArenaOutput> output,
                             ArenaOutput::Create(source_, options));
    outputs_.push_back(std::move(output));
  }
  return absl::OkStatus();
}

// Rank 0 makes the files that the others join.
absl::Status Conversion::Open() {
  using Begin = ArenaOutput::Begin;
  const bool first = ranks_.rank() == 0;
  const Begin begin = !options_.resumable ? Begin::kUnnamed
                      : options_.resume   ? Begin::kResume
                                          : Begin::kNew;
  TESSERA_RETURN_IF_ERROR(
      ranks_.Agree(first ? OpenOutputs(begin) : absl::OkStatus()));
  TESSERA_RETURN_IF_ERROR(
      ranks_.Agree(first ? absl::OkStatus() : OpenOutputs(Begin::kJoin)));
  for (const auto& output : outputs_) {
    uint64_t finished = output->finished_streams();
    const std::string of_first =
        ranks_.Exchange(absl::StrCat(finished)).front();
    if (absl::SimpleAtoi(of_first, &finished)) output->SetFinished(finished);
  }
  return absl::OkStatus();
}

absl::Status Conversion::OpenOutputs(ArenaOutput::Begin begin) {
  for (const auto& output : outputs_) {
    TESSERA_RETURN_IF_ERROR(output->Open(begin, options_.overwrite));
  }
  if (begin == ArenaOutput::Begin::kJoin ||
      begin == ArenaOutput::Begin::kUnnamed) {
    return absl::OkStatus();
  }
  const absl::Status room = CheckRoomForAll(outputs_);
  if (!room.ok()) {
    for (const auto& output : outputs_) output->KeepForResume();
  }
  return room;
}

std::vector<bool> Conversion::FilesToHash() const {
  std::vector<bool> wanted(source_.files.size(), !source_.origin.has_value());
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (static_cast<int>(i % ranks_.size()) != ranks_.rank()) wanted[i] = false;
  }
  return wanted;
}

absl::Status Conversion::Pack(int threads, SourceDigests& digests) {
  const std::vector<StreamPlace> places =
      StreamsOfRank(source_, outputs_, ranks_.rank(), ranks_.size());
  uint64_t total = 0;
  std::vector<size_t> uses(source_.tensors.size());
  for (const StreamPlace& place : places) {
    const PlannedStream& stream = StreamAt(place);
    total += SourceBytes(source_, stream);
    for (size_t member : stream.members) ++uses[member];
  }
  ConversionProgress progress(options_.verb, total,
                              options_.quiet || ranks_.rank() != 0,
                              options_.progress);
  std::vector<PackJob> jobs;
  for (const StreamPlace& place : places) {
    jobs.push_back(JobFor(place, progress, digests, uses));
  }
  PipelineOptions pipeline;
  pipeline.threads = threads;
  pipeline.memory_bytes = MemoryForSteps(options_);
  pipeline.scratch_folder =
      std::filesystem::absolute(
          AtomicFile::PartialPath(outputs_.front()->path()))
          .parent_path()
          .string();
  return RunPackJobs(absl::MakeSpan(jobs), pipeline);
}

// What it refers to must live until the job has run. `uses` counts the jobs
// that still need each tensor.
PackJob Conversion::JobFor(const StreamPlace& place,
                           ConversionProgress& progress, SourceDigests& digests,
                           std::vector<size_t>& uses) {
  const PlannedStream& stream = StreamAt(place);
  const uint64_t source_bytes = SourceBytes(source_, stream);
  const double share = static_cast<double>(source_bytes) /
                       static_cast<double>(std::max<uint64_t>(stream.size, 1));
  PackJob job = outputs_[place.output]->JobFor(
      place.stream, kStepBytes,
      [this, &stream, &progress, share](uint64_t bytes) {
        return progress.Advance(
            static_cast<uint64_t>(share * static_cast<double>(bytes)),
            source_.tensors[stream.members.front()].name);
      },
      [this, &stream, &uses, &digests] {
        for (size_t member : stream.members) {
          if (--uses[member] == 0) digests.Release(member);
        }
        return CheckSizes(source_);
      });
  job.source_bytes = source_bytes;
  job.will_need = [this, &stream] {
    for (size_t member : stream.members) {
      source_.WillNeed(source_.tensors[member]);
    }
  };
  return job;
}

// That the input is what was read of it.
absl::Status Conversion::CheckArenas(
    absl::Span<const std::string> sha256) const {
  return CheckContent(source_, sha256, [this](const WeightSource& again) {
    for (const auto& output : outputs_) {
      TESSERA_RETURN_IF_ERROR(
          output->CheckSource(again, output->streams().size()));
    }
    return absl::OkStatus();
  });
}

absl::Status Conversion::Keep(absl::Status why) {
  return options_.keep_unfinished ? KeepIfDiskFailed(outputs_, std::move(why))
                                  : why;
}

absl::Status Conversion::KeepIfChanged(absl::Status why) {
  return options_.keep_unfinished ? KeepIfInputChanged(outputs_, std::move(why))
                                  : why;
}

// With the digests that the ranks have computed.
absl::StatusOr<Source> Conversion::Describe(SourceDigests& digests) {
  Source described = DescribeSource(source_);
  std::vector<std::string> hashed;
  if (!source_.origin.has_value()) {
    Source own;
    hashed = digests.Wait();
    for (const std::string& digest : hashed) {
      own.add_files()->set_sha256(digest);
    }
    for (const std::string& text : ranks_.Exchange(own.SerializeAsString())) {
      Source of_rank;
      of_rank.ParseFromString(text);
      for (int i = 0; i < of_rank.files_size(); ++i) {
        if (of_rank.files(i).sha256().empty()) continue;
        described.mutable_files(i)->set_sha256(of_rank.files(i).sha256());
      }
    }
  }
  TESSERA_RETURN_IF_ERROR(ranks_.Agree(KeepIfChanged(CheckArenas(hashed))));
  return described;
}

// Rank 0 learns what the others found and finishes all outputs.
absl::StatusOr<std::vector<ConvertReport>> Conversion::Finish(
    const Source& source) {
  std::vector<ConvertReport> reports;
  absl::Status status;
  for (const auto& output : outputs_) {
    const absl::StatusOr<std::string> findings = output->Findings();
    TESSERA_RETURN_IF_ERROR(ranks_.Agree(findings.status()));
    const std::vector<std::string> all = ranks_.Exchange(*findings);
    for (size_t rank = 1; rank < all.size() && ranks_.rank() == 0; ++rank) {
      status.Update(output->Merge(all[rank]));
    }
  }
  for (const auto& output : outputs_) {
    reports.emplace_back().path = output->path();
    reports.back().resumed_streams = output->finished_streams();
    for (size_t i = 0; i < output->packed().size(); ++i) {
      if (output->packed()[i].zero) reports.back().zero_tensors.push_back(i);
    }
    if (ranks_.rank() == 0 && status.ok()) {
      status = FinishOutput(*output, source, &reports.back());
    }
  }
  TESSERA_RETURN_IF_ERROR(ranks_.Agree(status));
  return reports;
}

absl::Status Conversion::FinishOutput(ArenaOutput& output, const Source& source,
                                      ConvertReport* report) {
  TESSERA_ASSIGN_OR_RETURN(report->manifest, output.Finish(source));
  std::error_code error;
  report->file_size = std::filesystem::file_size(output.path(), error);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ConvertReport>> ConvertToArenas(
    const WeightSource& source, absl::Span<const OutputOptions> outputs,
    const ConvertOptions& options, RankGroup& ranks) {
  return Conversion(source, options, ranks).Run(outputs);
}

absl::StatusOr<ConvertReport> ConvertToArena(const WeightSource& source,
                                             const OutputOptions& output,
                                             const ConvertOptions& options) {
  SingleRank alone;
  TESSERA_ASSIGN_OR_RETURN(
      std::vector<ConvertReport> reports,
      ConvertToArenas(source, absl::MakeConstSpan(&output, 1), options, alone));
  return std::move(reports.front());
}

}  // namespace tessera
