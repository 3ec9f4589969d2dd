#include "app/pack_model.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "app/cache_folder.h"
#include "app/interrupt_hint.h"
#include "base/atomic_file.h"
#include "base/message.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/arena_output.h"
#include "converter/check_model.h"
#include "converter/convert_to_arena.h"
#include "converter/inspect/describe_model.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"

namespace tessera {
namespace {

// The first of a kind show what it is about.
constexpr size_t kMostNotesOfAKind = 2;

// A vocabulary alone tokenizes, and is small.
absl::Status CheckRuns(const std::string& model, const WeightSource& source) {
  if (source.tensors.empty()) return absl::OkStatus();
  const std::string why_not = DescribeModel(source).why_not;
  if (why_not.empty()) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat(model, ": cannot be run: ", why_not));
}

std::string FolderOf(const std::string& path) {
  const std::filesystem::path parent =
      std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string RoomAdvice(bool unnamed) {
  return unnamed ? "make room, or set TMPDIR to a folder on another disk"
                 : absl::StrCat("make room, ", CacheAdvice());
}

absl::Status CheckFree(const PackRequest& request, uint64_t needed) {
  const std::string folder = FolderOf(request.output);
  const std::optional<uint64_t> free = request.free_bytes == nullptr
                                           ? FreeBytes(folder)
                                           : request.free_bytes(folder);
  std::error_code error;
  const uint64_t there =
      request.unnamed ? 0
                      : std::filesystem::file_size(
                            AtomicFile::PartialPath(request.output), error);
  const uint64_t begun = error ? 0 : there;
  if (!free.has_value() || needed <= *free + begun) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(request.model, ": its pack needs ", HumanBytes(needed),
                   ", and there is ", HumanBytes(*free), " free in ", folder,
                   "; ", RoomAdvice(request.unnamed)));
}

class ModelPacker {
 public:
  explicit ModelPacker(const PackRequest& request) : request_(request) {}

  absl::StatusOr<PackReport> Pack();

 private:
  absl::Status Open();
  absl::StatusOr<ConvertReport> Convert(bool resume);
  absl::StatusOr<ConvertReport> ConvertOrStartAnew();
  bool HasPartial() const;
  void Announce(uint64_t size) const;

  const PackRequest& request_;
  WeightSource source_;
  OutputOptions output_;
};

absl::Status ModelPacker::Open() {
  output_.path = request_.output;
  TESSERA_ASSIGN_OR_RETURN(output_.plan.recipe,
                           QuantizeRecipe::Parse(request_.quantize));
  TESSERA_ASSIGN_OR_RETURN(source_, OpenWeightSource(request_.model));
  TESSERA_RETURN_IF_ERROR(CheckModel(request_.model, &source_));
  if (request_.must_run) {
    TESSERA_RETURN_IF_ERROR(CheckRuns(request_.model, source_));
  }
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<ArenaOutput> planned,
                           ArenaOutput::Create(source_, output_));
  TESSERA_RETURN_IF_ERROR(CheckFree(request_, planned->file_bytes()));
  Announce(planned->file_bytes());
  return absl::OkStatus();
}

void ModelPacker::Announce(uint64_t size) const {
  for (const std::string& note :
       FewOfEachKind(source_.notes, kMostNotesOfAKind)) {
    PrintMessage(absl::StrCat("warning: ", note));
  }
  if (request_.quiet) return;
  PrintMessage(absl::StrCat(
      HasPartial() ? "continuing to pack " : "packing ", request_.model,
      " to be mapped, ", HumanBytes(size),
      request_.unnamed ? ", for this run only"
                       : absl::StrCat(", once, into ", request_.output)));
}

bool ModelPacker::HasPartial() const {
  std::error_code error;
  return !request_.unnamed &&
         std::filesystem::exists(AtomicFile::PartialPath(request_.output),
                                 error);
}

absl::StatusOr<ConvertReport> ModelPacker::Convert(bool resume) {
  ConvertOptions options;
  options.threads = request_.threads;
  options.overwrite = true;
  options.quiet = request_.quiet;
  options.verb = "packing";
  options.resume = resume;
  options.resumable = !request_.unnamed;
  options.keep_unfinished = false;
  std::optional<Progress> drawn;
  uint64_t drawn_bytes = 0;
  if (const InterruptCheck::GoOn* go_on = InterruptCheck::OfThread()) {
    options.progress = [&, go_on](uint64_t done, uint64_t total,
                                  absl::string_view tensor) {
      if (!drawn.has_value()) drawn.emplace("packing", total, request_.quiet);
      drawn->Advance(done - std::exchange(drawn_bytes, done), tensor);
      return (*go_on)(done, total, tensor);
    };
  }
  return ConvertToArena(source_, output_, options);
}

// What was begun with other content, or by another version, is of no use.
absl::StatusOr<ConvertReport> ModelPacker::ConvertOrStartAnew() {
  if (!HasPartial()) return Convert(false);
  absl::StatusOr<ConvertReport> continued = Convert(true);
  if (!absl::IsFailedPrecondition(continued.status())) return continued;
  return Convert(false);
}

absl::StatusOr<PackReport> ModelPacker::Pack() {
  TESSERA_RETURN_IF_ERROR(Open());
  const absl::Time start = absl::Now();
  const InterruptHint hint(request_.unnamed
                               ? "interrupted"
                               : "interrupted; the same command continues");
  absl::StatusOr<ConvertReport> converted = ConvertOrStartAnew();
  if (absl::IsResourceExhausted(converted.status())) {
    return absl::ResourceExhaustedError(absl::StrCat(
        request_.model, ": cannot be packed: ", converted.status().message(),
        "; ", RoomAdvice(request_.unnamed)));
  }
  if (!converted.ok()) return converted.status();
  if (!request_.quiet) {
    const absl::Duration took = absl::Now() - start;
    PrintMessage(absl::StrCat(
        "packed ", HumanBytes(converted->file_size), " in ",
        took < absl::Seconds(10)
            ? absl::StrFormat("%.1f s", absl::ToDoubleSeconds(took))
            : HumanDuration(took)));
  }
  PackReport report;
  report.file_size = converted->file_size;
  report.resumed_streams = converted->resumed_streams;
  const auto& described = converted->manifest.source().files();
  for (int i = 0; i < described.size(); ++i) {
    report.sha256[source_.files[static_cast<size_t>(i)].path()] =
        described.Get(i).sha256();
  }
  return report;
}

}  // namespace

std::optional<uint64_t> FreeBytes(const std::string& folder) {
  struct statvfs info;
  if (statvfs(folder.c_str(), &info) != 0 || info.f_blocks == 0) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(info.f_bavail) *
         static_cast<uint64_t>(info.f_frsize);
}

absl::StatusOr<PackReport> PackModel(const PackRequest& request) {
  absl::StatusOr<PackReport> report = ModelPacker(request).Pack();
  if (!report.ok() && !request.unnamed) {
    unlink(AtomicFile::PartialPath(request.output).c_str());
  }
  return report;
}

}  // namespace tessera
