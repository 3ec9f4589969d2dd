// inspect: what is in an arena, a GGUF or a safetensors file.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/name_hint.h"
#include "base/nearest_name.h"
#include "base/number_flag.h"
#include "base/output_path.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "base/write_file.h"
#include "converter/check_model.h"
#include "converter/inspect/describe.h"
#include "converter/inspect/describe_json.h"
#include "converter/inspect/describe_model.h"
#include "converter/inspect/describe_source.h"
#include "converter/inspect/describe_text.h"
#include "converter/inspect/map_svg.h"
#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "converter/inspect/rewarm.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/arena_reader.h"
#include "formats/foreign/foreign_file.h"
#include "formats/model/architecture.h"

ABSL_FLAG(std::string, format, "text", "the form of the output: text or json");
ABSL_FLAG(bool, json, false, "the same as --format=json");
ABSL_FLAG(bool, verify, false,
          "compare an arena with every hash that it holds");
ABSL_FLAG(std::string, map, "",
          "draw a map of the file into this .svg, which is replaced");
ABSL_FLAG(bool, tensors, true,
          "list every tensor; --notensors prints totals only");
ABSL_FLAG(bool, quality, false,
          "print only what quantization has cost each tensor of an arena: "
          "error, signal-to-noise ratio, bits per weight");
ABSL_FLAG(bool, rewarm, false,
          "print nothing of the file; drop it from the page cache and read it "
          "back, so that programs that map it get huge pages; needs no root");
ABSL_FLAG(bool, quiet, false, "no progress on stderr; warnings stay");
ABSL_FLAG(tessera::ThreadsFlag, threads, {0},
          "threads for --verify; 0: one per CPU");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Describes an arena, a GGUF or safetensors file, or a Hugging Face folder.

  inspect model.arena
  inspect --notensors model-folder
  inspect --verify model.arena
  inspect --quality model.arena
  inspect --map=model.svg model.arena
  inspect --json model.gguf
  inspect --rewarm model.arena

usage: inspect [flags] FILE

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

// With what `convert` would say to it.
ModelDescription CheckedModel(const std::string& path, WeightSource* source) {
  const absl::Status checked = CheckModel(path, source);
  ModelDescription model = DescribeModel(*source);
  if (!checked.ok()) {
    model.runs = false;
    model.why_not = std::string(checked.message());
  }
  return model;
}

// What is not readable as a model is described as a file nevertheless, with
// what its metadata say.
ModelDescription ModelIn(const std::string& path, const FileDescription& file) {
  absl::StatusOr<WeightSource> source = OpenWeightSource(path);
  if (source.ok()) return CheckedModel(path, &*source);
  ModelDescription model;
  model.why_not = std::string(source.status().message());
  const std::pair<absl::string_view, std::string*> known[] = {
      {"general.architecture", &model.architecture},
      {"general.name", &model.name},
      {"general.license", &model.license}};
  for (const FactGroup& group : file.groups) {
    for (const FactGroup::Fact& fact : group.facts) {
      for (const auto& [name, value] : known) {
        if (fact.name == name) *value = fact.value;
      }
    }
  }
  model.architecture_known = FindArchitecture(model.architecture) != nullptr;
  return model;
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

absl::Status InspectFolder(const std::string& path, bool json) {
  for (const auto& [flag, given] :
       {std::pair("--map", !absl::GetFlag(FLAGS_map).empty()),
        std::pair("--verify", absl::GetFlag(FLAGS_verify))}) {
    if (!given) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a folder; ", flag, " takes one of its files"));
  }
  TESSERA_ASSIGN_OR_RETURN(WeightSource source, OpenWeightSource(path));
  ModelDescription model = CheckedModel(path, &source);
  FileDescription folder = DescribeSource(path, source);
  folder.model = std::move(model);
  return Print(folder, json);
}

// No model is to become a picture by a slip of the pen.
absl::Status CheckIsPicture(const std::string& map) {
  std::error_code error;
  const bool is_stream = std::filesystem::exists(map, error) &&
                         !std::filesystem::is_regular_file(map, error);
  if (absl::EndsWith(map, ".svg") || is_stream ||
      absl::StartsWith(map, "/dev/")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--map: the picture is an .svg, and ", Quoted(map), " is not"));
}

absl::Status Inspect(const std::string& path, bool json) {
  if (IsFolder(path)) return InspectFolder(path, json);
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, OpenFile(path));
  const std::string map = absl::GetFlag(FLAGS_map);
  if (!map.empty()) {
    TESSERA_RETURN_IF_ERROR(CheckIsNoInput(map, {path}));
    TESSERA_RETURN_IF_ERROR(CheckIsPicture(map));
    TESSERA_RETURN_IF_ERROR(CheckWriteFile(map));
  }
  std::unique_ptr<ThreadPool> pool;
  if (absl::GetFlag(FLAGS_verify)) {
    pool = std::make_unique<ThreadPool>(
        static_cast<int>(absl::GetFlag(FLAGS_threads).value));
  }
  absl::StatusOr<FileDescription> description =
      DescribeFile(path, file.bytes(), {pool.get()});
  // What could not be read must not be called damaged.
  TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  if (!description.ok()) {
    return WithNameHint(path, WithPath(path, description.status()));
  }
  description->model = ModelIn(path, *description);
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

// Of flags that ask for different things, a sentence about one that would not
// be heard.
std::string UselessFlag() {
  const bool rewarm = absl::GetFlag(FLAGS_rewarm);
  const bool quality = absl::GetFlag(FLAGS_quality);
  if (rewarm && quality) {
    return "--quality has no effect beside --rewarm; leave it out";
  }
  if (!rewarm && !quality) return "";
  const absl::string_view asked = rewarm ? "--rewarm" : "--quality";
  if (absl::GetFlag(FLAGS_verify)) {
    return absl::StrCat("--verify has no effect beside ", asked,
                        "; run it by itself");
  }
  if (!absl::GetFlag(FLAGS_map).empty()) {
    return absl::StrCat("--map has no effect beside ", asked,
                        "; run it by itself");
  }
  return "";
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, {kUsage});
  if (arguments.size() != 1) {
    ExitWithUsageError(
        absl::StrCat("expected one FILE, found ", arguments.size()));
  }
  const std::string format = absl::GetFlag(FLAGS_format);
  if (format != "text" && format != "json") {
    ExitWithUsageError(absl::StrCat("--format: no such format: ", format,
                                    "; known are text and json"));
  }
  const bool json = format == "json" || absl::GetFlag(FLAGS_json);
  const std::string useless = UselessFlag();
  if (!useless.empty()) ExitWithUsageError(useless);
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
