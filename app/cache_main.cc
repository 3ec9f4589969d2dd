// cache: the models that were packed.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "app/cache_contents.h"
#include "app/cache_folder.h"
#include "app/clear_cache.h"
#include "app/day_duration.h"
#include "app/pack_cache.h"
#include "base/command_line.h"
#include "base/counted.h"
#include "base/message.h"
#include "base/own_flags.h"
#include "base/parse_flags.h"
#include "base/progress.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/message_json.h"
#include "formats/layout/tensor_layout.h"

ABSL_FLAG(std::string, cache_dir, "",
          "the folder of the cache; empty: $XDG_CACHE_HOME/tessera or "
          "~/.cache/tessera");
ABSL_FLAG(bool, json, false, "with list: print one JSON object");
ABSL_FLAG(tessera::DayDuration, older_than, {},
          "with clear: only what was not used for this long, such as 30d, 12h "
          "or 90m; 0: all");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Lists and removes the models that run, chat and perplexity have packed.

  cache list
  cache clear --older_than 30d
  cache clear model.gguf
  cache path

usage: cache [flags] list | clear [MODEL...] | path

list shows each pack, what it was made from and when it was used last; clear
removes all of them, or those of some models, and what an interrupted run has
left; path prints the folder. A program that uses a pack keeps it. The next run
of a model packs it again.
)";

constexpr absl::string_view kActions = "list clear path";

absl::Status List(const PackCache& cache) {
  TESSERA_ASSIGN_OR_RETURN(const CacheContents contents,
                           DescribeCache(cache, kKernelAbi));
  std::string text = CacheContentsText(contents, absl::Now());
  if (absl::GetFlag(FLAGS_json)) {
    TESSERA_ASSIGN_OR_RETURN(text, MessageAsJson(contents, /*indented=*/true));
  }
  std::fputs(text.c_str(), stdout);
  return absl::OkStatus();
}

absl::Status Clear(const PackCache& cache, std::vector<std::string> models) {
  ClearOptions options;
  options.models = std::move(models);
  options.older_than = absl::GetFlag(FLAGS_older_than).duration;
  options.now = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(const ClearedCache cleared,
                           ClearCache(cache, options));
  for (const std::string& name : cleared.in_work) {
    PrintMessage(
        absl::StrCat("warning: ", name, ": is being packed now, and stays"));
  }
  std::fputs(absl::StrCat("removed ", Counted(cleared.packs, "packed model"),
                          ", ", HumanBytes(cleared.bytes), "\n")
                 .c_str(),
             stdout);
  return absl::OkStatus();
}

absl::Status Do(const std::vector<std::string>& arguments) {
  TESSERA_ASSIGN_OR_RETURN(const std::string folder,
                           FindCacheFolder(absl::GetFlag(FLAGS_cache_dir)));
  const PackCache cache(folder);
  if (arguments[0] == "list") return List(cache);
  if (arguments[0] == "clear") {
    return Clear(cache, {arguments.begin() + 1, arguments.end()});
  }
  std::fputs(absl::StrCat(folder, "\n").c_str(), stdout);
  return absl::OkStatus();
}

// Variables are for all actions, and stay without effect on most.
void RefuseFlagsOfOthers(const std::string& action) {
  for (const auto& [flag, value] : ChangedFlags()) {
    const std::string meant_for = flag == "json"         ? "list"
                                  : flag == "older_than" ? "clear"
                                                         : action;
    if (meant_for == action || IsFromEnvironment(flag)) continue;
    ExitWithUsageError(absl::StrCat("--", flag, " goes with ", meant_for,
                                    ", not with ", action));
  }
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, {.usage = kUsage, .actions = kActions});
  if (arguments.empty()) ExitWithUsageError("expected list, clear or path");
  const std::string& action = arguments[0];
  if (action != "list" && action != "clear" && action != "path") {
    ExitWithUsageError(
        absl::StrCat("expected list, clear or path, found ", Quoted(action)));
  }
  if (action != "clear" && arguments.size() > 1) {
    ExitWithUsageError(
        absl::StrCat(action, " takes no ", Quoted(arguments[1])));
  }
  RefuseFlagsOfOthers(action);
  const absl::Status status = Do(arguments);
  return status.ok() ? 0 : ReportFailure(status);
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] { return tessera::Main(argc, argv); });
}
