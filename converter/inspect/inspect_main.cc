// inspect: what is in an arena, a GGUF or a safetensors file.

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/number_flag.h"
#include "base/output_path.h"
#include "base/parse_flags.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "converter/inspect/describe_input.h"
#include "converter/inspect/describe_json.h"
#include "converter/inspect/describe_text.h"
#include "converter/inspect/diff_models.h"
#include "converter/inspect/diff_report.h"
#include "converter/inspect/map_coloring.h"
#include "converter/inspect/map_file.h"
#include "converter/inspect/model_diff.h"
#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "converter/inspect/rewarm.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/arena_reader.h"
#include "formats/foreign/foreign_file.h"

ABSL_FLAG(std::string, format, "text", "the form of the output: text or json");
ABSL_FLAG(bool, json, false, "the same as --format=json");
ABSL_FLAG(bool, verify, false,
          "compare an arena with every hash that it holds");
ABSL_FLAG(std::string, map, "",
          "draw a map of the file into this .svg or .png, which is replaced");
ABSL_FLAG(std::string, map_color, "type",
          "what the colours of the map are: type, section, or snr, the "
          "signal-to-noise ratios of an arena that was quantized");
ABSL_FLAG(bool, diff, false,
          "compare two models, A and B, of any formats; exits with 0 if they "
          "are equal and with 1 if not");
ABSL_FLAG(bool, tensors, true,
          "list every tensor; --notensors prints totals only, and in JSON no "
          "list of the metadata that is longer than 100");
ABSL_FLAG(bool, quality, false,
          "print only what quantization has cost each tensor of an arena: "
          "error, signal-to-noise ratio, bits per weight");
ABSL_FLAG(bool, rewarm, false,
          "print nothing of the file; drop it from the page cache and read it "
          "back, so that programs that map it get huge pages; needs no root");
ABSL_FLAG(bool, quiet, false, "no progress on stderr; warnings stay");
ABSL_FLAG(tessera::ThreadsFlag, threads, {0},
          "threads for --verify and --diff; 0: one per CPU");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Describes an arena, a GGUF or safetensors file, or a Hugging Face folder. Of an
index of shards and of a file of a split set, it describes the whole model.

  inspect model.arena
  inspect --notensors model-folder
  inspect --verify model.arena
  inspect --quality model.arena
  inspect --map=model.svg model.arena
  inspect --map=model.png --map_color=snr model.arena
  inspect --diff a.gguf b.arena
  inspect --json model.gguf
  inspect --rewarm model.arena

usage: inspect [flags] FILE
       inspect --diff [flags] A B

Prints what the file holds: the model with its architecture, licence, context,
tokenizer and chat template, and whether run can run it; metadata, sections,
types; and each tensor with its type, shape, layout and offset, and, if convert
quantized it, its signal-to-noise ratio.
)";

// RunMain sees to errors.
absl::Status WriteOut(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return absl::OkStatus();
}

absl::Status Print(const FileDescription& file, bool json) {
  const bool tensors = absl::GetFlag(FLAGS_tensors);
  return WriteOut(json ? RenderJson(file, tensors) : RenderText(file, tensors));
}

std::unique_ptr<ThreadPool> MakePool() {
  return std::make_unique<ThreadPool>(
      static_cast<int>(absl::GetFlag(FLAGS_threads).value));
}

absl::Status PrintQuality(const std::string& path, bool json) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, OpenInputFile(path));
  if (!HasArenaMagic(file.bytes())) {
    TESSERA_RETURN_IF_ERROR(CheckNotForeign(path, file.bytes()));
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": not an arena; only arenas record what quantization has cost"));
  }
  const absl::StatusOr<Arena> arena = ParseArena(file.bytes());
  TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  if (!arena.ok()) return WithPath(path, arena.status());
  const QualityTable table = QualityTableOf(arena->manifest);
  if (!json) {
    std::string text = QualityText(table, absl::GetFlag(FLAGS_tensors));
    for (const std::string& remark : QualityRemarks(table)) {
      absl::StrAppend(&text, "  ", remark, "\n");
    }
    return WriteOut(text);
  }
  TESSERA_ASSIGN_OR_RETURN(const std::string text, QualityJson(table));
  return WriteOut(text);
}

absl::Status DrawMap(const std::string& path, const std::string& map) {
  TESSERA_ASSIGN_OR_RETURN(const FileDescription file, DescribeForMap(path));
  const MapColor color = *MapColorFromName(absl::GetFlag(FLAGS_map_color));
  if (color == MapColor::kSnr && !HasErrors(file)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": records no signal-to-noise ratios, which --map_color=snr "
        "shows; only an arena that convert quantized does"));
  }
  return WriteMap(file, color, map);
}

absl::Status Inspect(const std::string& path, bool json) {
  const std::string map = absl::GetFlag(FLAGS_map);
  if (!map.empty()) {
    TESSERA_RETURN_IF_ERROR(CheckIsNoInput(map, {path}));
    TESSERA_RETURN_IF_ERROR(CheckMapPath(map));
  }
  std::unique_ptr<ThreadPool> pool;
  if (absl::GetFlag(FLAGS_verify)) pool = MakePool();
  TESSERA_ASSIGN_OR_RETURN(const FileDescription description,
                           DescribeInput(path, pool.get()));
  if (!map.empty()) TESSERA_RETURN_IF_ERROR(DrawMap(path, map));
  return Print(description, json);
}

// The exit code.
absl::StatusOr<int> Diff(const std::string& a, const std::string& b,
                         bool json) {
  const std::unique_ptr<ThreadPool> pool = MakePool();
  TESSERA_ASSIGN_OR_RETURN(const ModelDiff diff,
                           DiffModels(a, b, *pool, absl::GetFlag(FLAGS_quiet)));
  TESSERA_RETURN_IF_ERROR(WriteOut(
      json ? DiffJson(diff) : DiffText(diff, absl::GetFlag(FLAGS_tensors))));
  return diff.equal() ? 0 : 1;
}

absl::Status RewarmAndPrint(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const Rewarming rewarming,
                           Rewarm(path, absl::GetFlag(FLAGS_quiet)));
  std::fputs(RewarmText(path, rewarming).c_str(), stdout);
  return absl::OkStatus();
}

// Of flags that ask for different things, a sentence about one that would not
// be heard.
std::string UselessFlag() {
  std::vector<absl::string_view> asked;
  if (absl::GetFlag(FLAGS_rewarm)) asked.push_back("--rewarm");
  if (absl::GetFlag(FLAGS_diff)) asked.push_back("--diff");
  if (absl::GetFlag(FLAGS_quality)) asked.push_back("--quality");
  if (asked.empty()) return "";
  if (asked.size() > 1) {
    return absl::StrCat(asked[1], " has no effect beside ", asked[0],
                        "; leave it out");
  }
  for (const auto& [flag, given] :
       {std::pair("--verify", absl::GetFlag(FLAGS_verify)),
        std::pair("--map", !absl::GetFlag(FLAGS_map).empty())}) {
    if (!given) continue;
    return absl::StrCat(flag, " has no effect beside ", asked[0],
                        "; run it by itself");
  }
  return "";
}

// What --help says, for shells that complete.
constexpr FlagWords kInspectWords[] = {{"format", "text json"},
                                       {"map_color", "type section snr"}};

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, {.usage = kUsage, .words = kInspectWords});
  const bool diff = absl::GetFlag(FLAGS_diff);
  if (arguments.size() != (diff ? 2 : 1)) {
    ExitWithUsageError(absl::StrCat(
        diff ? "--diff: expected A and B, found " : "expected one FILE, found ",
        arguments.size()));
  }
  const std::string format = absl::GetFlag(FLAGS_format);
  if (format != "text" && format != "json") {
    ExitWithUsageError(absl::StrCat("--format: no such format: ", format,
                                    "; known are text and json"));
  }
  if (!MapColorFromName(absl::GetFlag(FLAGS_map_color)).has_value()) {
    ExitWithUsageError(absl::StrCat(
        "--map_color: no such colours: ", absl::GetFlag(FLAGS_map_color),
        "; known are type, section and snr"));
  }
  if (absl::GetFlag(FLAGS_map_color) != "type" &&
      absl::GetFlag(FLAGS_map).empty() && !IsFromEnvironment("map_color")) {
    ExitWithUsageError("--map_color: has a meaning with --map only");
  }
  const bool json = format == "json" || absl::GetFlag(FLAGS_json);
  const std::string useless = UselessFlag();
  if (!useless.empty()) ExitWithUsageError(useless);
  if (diff) {
    const absl::StatusOr<int> code = Diff(arguments[0], arguments[1], json);
    return code.ok() ? *code : ReportFailure(code.status());
  }
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
