#include "converter/convert_to_gguf.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/output_path.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "converter/check_content.h"
#include "converter/conversion_progress.h"
#include "converter/describe_conversion.h"
#include "converter/gguf_file_writer.h"
#include "converter/gguf_pack_plan.h"
#include "converter/pack/pack_pipeline.h"
#include "converter/pack/stream_packer.h"
#include "converter/stream_checks.h"

namespace tessera {
namespace {

std::string FolderOf(const std::string& path) {
  return std::filesystem::absolute(path).parent_path().string();
}

class GgufConversion {
 public:
  GgufConversion(const WeightSource& source, const GgufOptions& options)
      : source_(source), options_(options) {}

  absl::Status Plan();
  absl::Status Write(const ConvertOptions& convert);
  // Adds the tensors to the report.
  void Describe();
  GgufReport& report() { return report_; }

 private:
  absl::Status CheckOutputs(bool overwrite) const;
  absl::Status Pack(const ConvertOptions& convert);
  PackJob JobFor(const PlannedStream& stream, size_t file,
                 ConversionProgress& progress);
  absl::Status CheckSource() const;
  absl::Status Finish(size_t file);
  absl::Status Prove(size_t file);

  const WeightSource& source_;
  const GgufOptions& options_;
  GgufPlan plan_;
  std::vector<GgufHeader> headers_;
  ArenaPlan pack_;
  std::vector<std::unique_ptr<GgufFileWriter>> writers_;
  std::vector<PackedTensor> packed_;
  GgufReport report_;
};

absl::Status GgufConversion::Plan() {
  TESSERA_ASSIGN_OR_RETURN(plan_, PlanGguf(source_, options_));
  for (const GgufPlanFile& file : plan_.files) {
    TESSERA_ASSIGN_OR_RETURN(GgufHeader header,
                             MakeGgufHeader(source_, plan_, file));
    GgufFileReport& report = report_.files.emplace_back();
    report.path = file.path;
    report.bytes = header.file_size;
    report.tensors = file.tensors.size();
    report.warnings = MissingForAModel(file, source_);
    headers_.push_back(std::move(header));
  }
  report_.warnings = plan_.warnings;
  TESSERA_ASSIGN_OR_RETURN(
      pack_, MakeGgufPackPlan(source_, options_, plan_, headers_));
  packed_.resize(source_.tensors.size());
  return absl::OkStatus();
}

// Before the first byte, and of all files together.
absl::Status GgufConversion::CheckOutputs(bool overwrite) const {
  std::vector<std::string> inputs;
  for (const MappedFile& file : source_.files) inputs.push_back(file.path());
  if (options_.recipe.importance != nullptr) {
    inputs.push_back(options_.recipe.importance->path());
  }
  absl::flat_hash_map<dev_t, uint64_t> needed;
  for (const GgufFileReport& file : report_.files) {
    TESSERA_RETURN_IF_ERROR(CheckIsNoInput(file.path, inputs));
    TESSERA_RETURN_IF_ERROR(CheckOutput(file.path, overwrite));
    TESSERA_ASSIGN_OR_RETURN(const std::string target, FollowLinks(file.path));
    struct stat info;
    if (stat(FolderOf(target).c_str(), &info) != 0) continue;
    uint64_t& bytes = needed[info.st_dev];
    bytes += file.bytes;
    TESSERA_RETURN_IF_ERROR(CheckRoom(file.path, file.bytes, bytes));
  }
  return absl::OkStatus();
}

// What it refers to must live until the job has run.
PackJob GgufConversion::JobFor(const PlannedStream& stream, size_t file,
                               ConversionProgress& progress) {
  const SourceTensor& from = source_.tensors[stream.members.front()];
  PackJob job;
  job.packer =
      std::make_unique<StreamPacker>(source_, pack_, stream, kStepBytes);
  job.source_bytes = from.size;
  job.will_need = [this, &from] { source_.WillNeed(from); };
  job.write = [this, file, &from, &progress, offset = stream.offset](
                  absl::Span<const uint8_t> bytes) mutable {
    TESSERA_RETURN_IF_ERROR(writers_[file]->Write(offset, bytes));
    offset += bytes.size();
    return progress.Advance(bytes.size(), from.name);
  };
  job.finish = [this, &from, packer = job.packer.get()] {
    TESSERA_RETURN_IF_ERROR(packer->Finish(absl::MakeSpan(packed_)));
    source_.Drop(from);
    return CheckSizes(source_);
  };
  return job;
}

absl::Status GgufConversion::Pack(const ConvertOptions& convert) {
  uint64_t total = 0;
  for (const PlannedSection& section : pack_.sections) {
    for (const PlannedStream& stream : section.streams) total += stream.size;
  }
  ConversionProgress progress("convert", total, convert.quiet,
                              convert.progress);
  std::vector<PackJob> jobs;
  for (size_t i = 0; i < pack_.sections.size(); ++i) {
    for (const PlannedStream& stream : pack_.sections[i].streams) {
      jobs.push_back(JobFor(stream, i, progress));
    }
  }
  PipelineOptions pipeline;
  pipeline.threads = ThreadCount(convert.threads);
  pipeline.memory_bytes = MemoryForSteps(convert);
  pipeline.scratch_folder = FolderOf(options_.path);
  return RunPackJobs(absl::MakeSpan(jobs), pipeline);
}

// That the input is what was read of it.
absl::Status GgufConversion::CheckSource() const {
  return CheckContent(source_, {}, [this](const WeightSource& again) {
    for (const PlannedSection& section : pack_.sections) {
      for (const PlannedStream& stream : section.streams) {
        TESSERA_RETURN_IF_ERROR(
            CheckStreamSource(stream, pack_, source_, packed_, again));
      }
    }
    return absl::OkStatus();
  });
}

absl::Status GgufConversion::Finish(size_t file) {
  TESSERA_ASSIGN_OR_RETURN(report_.files[file].sha256,
                           writers_[file]->Finish());
  return Prove(file);
}

// Compares with the original.
absl::Status GgufConversion::Prove(size_t file) {
  const GgufPlanFile& plan = plan_.files[file];
  GgufFileReport& report = report_.files[file];
  const bool was_quantized = std::any_of(
      source_.tensors.begin(), source_.tensors.end(),
      [](const SourceTensor& tensor) { return tensor.error.has_value(); });
  if (plan.original_sha256.empty()) return absl::OkStatus();
  if (report.sha256 == plan.original_sha256) {
    report.identical_to = plan.original_name;
  } else if (plan.layout.has_value()) {
    return absl::DataLossError(absl::StrCat(
        plan.path, ": would not be ", plan.original_name,
        " again, as it has to be; the arena is damaged, make it again"));
  } else if (!was_quantized) {
    report.warnings.push_back(absl::StrCat(
        "it has the same tensors as ", plan.original_name,
        ", but is not the same file: the arena is from an earlier version"));
  }
  return absl::OkStatus();
}

void GgufConversion::Describe() {
  for (size_t i = 0; i < packed_.size(); ++i) {
    DescribeTensor(source_.tensors[i], pack_.tensors[i], packed_[i],
                   report_.tensors.add_tensors());
    if (packed_[i].zero) report_.zero_tensors.push_back(i);
  }
}

absl::Status GgufConversion::Write(const ConvertOptions& convert) {
  TESSERA_RETURN_IF_ERROR(CheckOutputs(convert.overwrite));
  for (size_t i = 0; i < plan_.files.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(
        writers_.emplace_back(),
        GgufFileWriter::Create(plan_.files[i], headers_[i], convert.overwrite));
  }
  TESSERA_RETURN_IF_ERROR(Pack(convert));
  for (size_t i = 0; i < writers_.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(Finish(i));
  }
  TESSERA_RETURN_IF_ERROR(CheckSource());
  // All or none, as far as that can be.
  for (const auto& writer : writers_) {
    TESSERA_RETURN_IF_ERROR(writer->Commit());
  }
  Describe();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GgufReport> DescribeGguf(const WeightSource& source,
                                        const GgufOptions& options) {
  GgufConversion conversion(source, options);
  TESSERA_RETURN_IF_ERROR(conversion.Plan());
  conversion.Describe();
  return std::move(conversion.report());
}

absl::StatusOr<GgufReport> ConvertToGguf(const WeightSource& source,
                                         const GgufOptions& options,
                                         const ConvertOptions& convert) {
  GgufConversion conversion(source, options);
  TESSERA_RETURN_IF_ERROR(conversion.Plan());
  TESSERA_RETURN_IF_ERROR(conversion.Write(convert));
  return std::move(conversion.report());
}

}  // namespace tessera
