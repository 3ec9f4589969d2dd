// inspect: what is in an arena, a GGUF or a safetensors file.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/name_hint.h"
#include "base/nearest_name.h"
#include "base/output_path.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "base/write_file.h"
#include "converter/inspect/describe.h"
#include "converter/inspect/describe_json.h"
#include "converter/inspect/describe_text.h"
#include "converter/inspect/map_svg.h"
#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "converter/inspect/rewarm.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/arena_reader.h"
#include "formats/foreign/foreign_file.h"

ABSL_FLAG(std::string, format, "text", "output: text or json");
ABSL_FLAG(bool, verify, false, "check every hash of an arena");
ABSL_FLAG(std::string, map, "", "draw the file into this .svg; it is replaced");
ABSL_FLAG(bool, tensors, true, "list every tensor (text output)");
ABSL_FLAG(bool, quality, false,
          "only what quantization has cost each tensor of an arena: error, "
          "signal-to-noise ratio, bits per weight");
ABSL_FLAG(bool, rewarm, false,
          "only drop the file from the page cache and read it back, so that "
          "programs that map it get huge pages; needs no root");
ABSL_FLAG(bool, quiet, false, "no progress on stderr");
ABSL_FLAG(int, threads, 0, "threads for --verify; 0: one per CPU");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Describes an arena, a GGUF or a safetensors file.

  inspect model.arena
  inspect --verify model.arena
  inspect --quality model.arena
  inspect --map=model.svg model.arena
  inspect --format=json model.gguf
  inspect --rewarm model.arena

usage: inspect [flags] FILE

Prints what the file holds: metadata, sections, types, and each tensor with its
type, shape, layout, offset and, if it was quantized by convert, its error.
)";

constexpr int kMaxThreads = 4096;

// RunMain sees to errors.
absl::Status WriteOut(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return absl::OkStatus();
}

absl::Status Print(const FileDescription& file, bool json) {
  if (!json) return WriteOut(RenderText(file, absl::GetFlag(FLAGS_tensors)));
  TESSERA_ASSIGN_OR_RETURN(const std::string text, RenderJson(file));
  return WriteOut(text);
}

absl::StatusOr<MappedFile> OpenFile(const std::string& path) {
  absl::StatusOr<MappedFile> file = MappedFile::Open(path);
  if (!file.ok()) return WithNearestName(path, file.status());
  return file;
}

absl::Status PrintQuality(const std::string& path, bool json) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, OpenFile(path));
  if (!HasArenaMagic(file.bytes())) {
    TESSERA_RETURN_IF_ERROR(CheckNotForeign(path, file.bytes()));
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": not an arena; only arenas record what quantization has cost"));
  }
  const absl::StatusOr<Arena> arena = ParseArena(file.bytes());
  TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  if (!arena.ok()) return WithPath(path, arena.status());
  const QualityTable table = QualityTableOf(arena->manifest);
  if (!json) return WriteOut(QualityText(table, absl::GetFlag(FLAGS_tensors)));
  TESSERA_ASSIGN_OR_RETURN(const std::string text, QualityJson(table));
  return WriteOut(text);
}

absl::Status Inspect(const std::string& path, bool json) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, OpenFile(path));
  const std::string map = absl::GetFlag(FLAGS_map);
  if (!map.empty()) {
    TESSERA_RETURN_IF_ERROR(CheckIsNoInput(map, {path}));
    TESSERA_RETURN_IF_ERROR(CheckWriteFile(map));
  }
  std::unique_ptr<ThreadPool> pool;
  if (absl::GetFlag(FLAGS_verify)) {
    pool = std::make_unique<ThreadPool>(absl::GetFlag(FLAGS_threads));
  }
  const absl::StatusOr<FileDescription> description =
      DescribeFile(path, file.bytes(), {pool.get()});
  // What could not be read must not be called damaged.
  TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  if (!description.ok()) {
    return WithNameHint(path, WithPath(path, description.status()));
  }
  if (!map.empty()) {
    TESSERA_RETURN_IF_ERROR(WriteFile(map, RenderMapSvg(*description)));
  }
  return Print(*description, json);
}

absl::Status RewarmAndPrint(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const Rewarming rewarming,
                           Rewarm(path, absl::GetFlag(FLAGS_quiet)));
  std::fputs(RewarmText(path, rewarming).c_str(), stdout);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, kUsage);
  if (arguments.size() != 1) ExitWithUsageError("expected one FILE");
  const std::string format = absl::GetFlag(FLAGS_format);
  if (format != "text" && format != "json") {
    ExitWithUsageError(absl::StrCat("--format: no such format: ", format,
                                    "; known are text and json"));
  }
  const int threads = absl::GetFlag(FLAGS_threads);
  if (threads < 0 || threads > kMaxThreads) {
    ExitWithUsageError(absl::StrCat("--threads: must be 0 to ", kMaxThreads));
  }
  const bool json = format == "json";
  const absl::Status status =
      absl::GetFlag(FLAGS_rewarm)    ? RewarmAndPrint(arguments[0])
      : absl::GetFlag(FLAGS_quality) ? PrintQuality(arguments[0], json)
                                     : Inspect(arguments[0], json);
  return status.ok() ? 0 : ReportFailure(status);
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] { return tessera::Main(argc, argv); });
}
