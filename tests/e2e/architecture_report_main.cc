// architecture_report: how near tiny models of many architectures are to their
// reference logits, as a table.
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "base/command_line.h"
#include "base/isa.h"
#include "base/status_macros.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"
#include "tests/testing/architecture_golden.h"
#include "tests/testing/architecture_run.h"
#include "tests/testing/convert_model.h"

ABSL_FLAG(std::string, layout, "interleaved", "layout to convert to");
ABSL_FLAG(int, threads, 2, "threads");
ABSL_FLAG(int, ctx_size, 0,
          "positions of the context, where the reference names none; 0: the "
          "model's");
ABSL_FLAG(bool, all_isas, false, "each ISA of this machine, not only the best");
ABSL_FLAG(bool, round, false, "rounded as in use, not float32 throughout");
ABSL_FLAG(bool, tabs, false, "for scripts: cells between tabs");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Converts tiny models and compares them with reference results.

  architecture_report testdata/arch/*

usage: architecture_report [flags] FOLDER...

Each FOLDER holds hf/ or model*.gguf, and golden*.json and .bin or exact.json
and .bin. "difference" is the largest one of all logits; "greedy" says for each
prompt how many of its tokens are those of the reference.
)";

namespace fs = std::filesystem;

// An input of a folder, and all references for it.
struct Input {
  std::string name;
  std::vector<std::string> references;
};

std::vector<Input> InputsOf(const fs::path& folder) {
  std::vector<Input> inputs;
  const auto existing = [&](std::initializer_list<const char*> names) {
    std::vector<std::string> found;
    for (const char* name : names) {
      if (fs::exists(folder / absl::StrCat(name, ".json"))) {
        found.push_back(name);
      }
    }
    return found;
  };
  if (fs::exists(folder / "hf")) {
    inputs.push_back({"hf", existing({"exact", "golden", "golden-ctx256"})});
  }
  if (fs::exists(folder / "model.gguf")) {
    inputs.push_back(
        {"model.gguf", existing({"exact", "golden", "golden-ctx256"})});
  }
  for (const char* type : {"Q8_0", "Q4_K_M"}) {
    const std::string file = absl::StrCat("model-", type, ".gguf");
    if (!fs::exists(folder / file)) continue;
    inputs.push_back({file, {absl::StrCat("golden-", type)}});
  }
  return inputs;
}

using Row = std::array<std::string, 6>;

void PrintRow(const Row& row) {
  if (absl::GetFlag(FLAGS_tabs)) {
    absl::PrintF("%s\n", absl::StrJoin(row, "\t"));
    return;
  }
  absl::PrintF("%-20s %-18s %-14s %-11s %10s  %s\n", row[0], row[1], row[2],
               row[3], row[4], row[5]);
}

// The context of "golden-ctx256" is 256.
int64_t ContextOf(absl::string_view reference) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(reference, absl::MaxSplits("-ctx", 1));
  int64_t context;
  return parts.size() == 2 && absl::SimpleAtoi(parts[1], &context)
             ? context
             : absl::GetFlag(FLAGS_ctx_size);
}

// For each prompt: "24/24".
std::string GreedyCell(const ArchitectureRun& run,
                       absl::Span<const GoldenPrompt> prompts) {
  std::vector<std::string> cells;
  for (size_t i = 0; i < prompts.size(); ++i) {
    cells.push_back(
        absl::StrCat(run.equal_greedy[i], "/", prompts[i].greedy_ids.size()));
  }
  return absl::StrJoin(cells, ", ");
}

absl::Status ReportRun(const LoadedArena& arena, Isa isa, ThreadPool& pool,
                       const std::string& folder, const Input& input) {
  DecoderOptions options;
  options.isa = isa;
  options.pool = &pool;
  options.max_logit_rows = 64;
  options.exact = !absl::GetFlag(FLAGS_round);
  for (const std::string& reference : input.references) {
    options.ctx_size = ContextOf(reference);
    TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Decoder> decoder,
                             Decoder::Create(arena, options));
    TESSERA_ASSIGN_OR_RETURN(
        const std::vector<GoldenPrompt> prompts,
        ReadArchitectureGolden(absl::StrCat(folder, "/", reference)));
    TESSERA_ASSIGN_OR_RETURN(const ArchitectureRun run,
                             RunPrompts(*decoder, prompts));
    PrintRow({fs::path(folder).filename().string(), input.name, reference,
              std::string(IsaName(isa)),
              absl::StrFormat("%.2g", run.max_difference),
              GreedyCell(run, prompts)});
  }
  return absl::OkStatus();
}

absl::Status ReportInput(const std::string& folder, const Input& input,
                         LayoutOrder layout, ThreadPool& pool) {
  const std::string path =
      (fs::temp_directory_path() / "architecture_report.arena").string();
  ConvertModelOptions convert;
  convert.layout = layout;
  TESSERA_RETURN_IF_ERROR(
      ConvertModel(absl::StrCat(folder, "/", input.name), path, convert));
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedArena> arena,
                           LoadedArena::Open(path, LoadOptions()));
  fs::remove(path);
  if (!absl::GetFlag(FLAGS_all_isas)) {
    TESSERA_ASSIGN_OR_RETURN(const Isa isa, ChooseIsa());
    return ReportRun(*arena, isa, pool, folder, input);
  }
  for (const Isa isa : SupportedIsas()) {
    TESSERA_RETURN_IF_ERROR(ReportRun(*arena, isa, pool, folder, input));
  }
  return absl::OkStatus();
}

// What cannot be run is a line of the table.
absl::Status Report(const std::vector<std::string>& folders) {
  const auto layout = LayoutOrderFromName(absl::GetFlag(FLAGS_layout));
  if (!layout.has_value()) return absl::InvalidArgumentError("--layout");
  ThreadPool pool(absl::GetFlag(FLAGS_threads));
  PrintRow({"model", "input", "reference", "isa", "difference", "greedy"});
  for (const std::string& folder : folders) {
    for (const Input& input : InputsOf(folder)) {
      const absl::Status status = ReportInput(folder, input, *layout, pool);
      if (status.ok()) continue;
      PrintRow({fs::path(folder).filename().string(), input.name, "", "", "",
                std::string(status.message())});
    }
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      tessera::ParseCommandLine(argc, argv, {tessera::kUsage});
  if (arguments.empty()) tessera::ExitWithUsageError("expected FOLDER...");
  const absl::Status status = tessera::Report(arguments);
  return status.ok() ? 0 : tessera::ReportFailure(status);
}
