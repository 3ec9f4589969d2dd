// golden_report: the accuracy of every form of the tiny model, as a table.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/command_line.h"
#include "base/isa.h"
#include "base/status_macros.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/golden_model.h"
#include "tests/testing/model_evaluation.h"

ABSL_FLAG(std::string, layout, "interleaved", "layout to convert to");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Converts every form of the tiny model and compares it with exact results.

  golden_report testdata/tiny

usage: golden_report [flags] FOLDER

FOLDER holds golden/ and any of: model.safetensors, sharded/, *.gguf, gguf/*.gguf.
)";

namespace fs = std::filesystem;

// Inputs below `folder`, and the key of their results.
std::vector<std::pair<std::string, std::string>> Inputs(
    const fs::path& folder) {
  std::vector<std::pair<std::string, std::string>> inputs;
  for (const char* name : {"", "model.safetensors", "sharded",
                           "sharded/model.safetensors.index.json"}) {
    if (fs::exists(folder / name)) inputs.emplace_back(folder / name, "bf16");
  }
  std::vector<fs::path> files;
  for (const fs::path& part : {folder, folder / "gguf"}) {
    if (!fs::is_directory(part)) continue;
    for (const auto& entry : fs::directory_iterator(part)) {
      if (entry.path().extension() == ".gguf") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const std::string stem = file.stem().string();
    absl::string_view type = stem;
    absl::ConsumePrefix(&type, "tiny-");
    inputs.emplace_back(file.string(),
                        type == "BF16" ? "bf16" : std::string(type));
  }
  return inputs;
}

absl::Status Report(const std::string& folder) {
  const auto layout = LayoutOrderFromName(absl::GetFlag(FLAGS_layout));
  if (!layout.has_value()) return absl::InvalidArgumentError("--layout");
  TESSERA_ASSIGN_OR_RETURN(const GoldenModel golden,
                           ReadGoldenModel(absl::StrCat(folder, "/golden")));
  TESSERA_ASSIGN_OR_RETURN(const Isa isa, ChooseIsa());
  ThreadPool pool(0);
  const std::string arena =
      (fs::temp_directory_path() / "golden_report.arena").string();
  absl::PrintF("%-42s %10s %10s  %-14s %9s %9s\n", "input", "max diff",
               "f32 diff", "greedy of 48", "NLL", "to golden");
  for (const auto& [input, type] : Inputs(folder)) {
    const GoldenResults& expected = golden.by_type.at(type);
    ConvertModelOptions convert;
    convert.layout = *layout;
    TESSERA_RETURN_IF_ERROR(ConvertModel(input, arena, convert));
    EvaluationOptions options;
    options.isa = isa;
    options.pool = &pool;
    TESSERA_ASSIGN_OR_RETURN(const Evaluation plain,
                             EvaluateArena(arena, golden, expected, options));
    options.exact = true;
    options.nll = false;
    TESSERA_ASSIGN_OR_RETURN(const Evaluation exact,
                             EvaluateArena(arena, golden, expected, options));
    absl::PrintF("%-42s %10.2g %10.2g  %-14s %9.6f %+9.6f\n",
                 fs::relative(input, folder).string(),
                 plain.max_logit_difference, exact.max_logit_difference,
                 absl::StrJoin(plain.equal_greedy, ", "), plain.nll,
                 plain.nll - expected.nll);
  }
  fs::remove(arena);
  return absl::OkStatus();
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      tessera::ParseCommandLine(argc, argv, {tessera::kUsage});
  if (arguments.size() != 1) tessera::ExitWithUsageError("expected FOLDER");
  const absl::Status status = tessera::Report(arguments[0]);
  return status.ok() ? 0 : tessera::ReportFailure(status);
}
