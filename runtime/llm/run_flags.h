// The flags of the run tool.
#ifndef RUNTIME_LLM_RUN_FLAGS_H_
#define RUNTIME_LLM_RUN_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/llm/run_options.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// What --help shows above the flags, in words of UsageFor: of run, and of run
// where it begins with --chat.
absl::string_view RunUsage();
absl::string_view ChatUsage();

// What --tokenize_file asks for.
struct TokenizeRequest {
  std::string arena;
  std::string file;
  Tokenizer::EncodeOptions encode;
};

// What --apply_template asks for.
struct TemplateRequest {
  std::string arena;
  std::string file;
};

// True if --tokenize_file, or --apply_template, was given.
bool WantsTokenization();
bool WantsTemplate();

// The flags as options; call it after ParseCommandLine with the positional
// arguments. InvalidArgument, naming the flag, for wrong usage.
absl::StatusOr<RunOptions> RunOptionsFromFlags(
    const std::vector<std::string>& arguments);
absl::StatusOr<TokenizeRequest> TokenizeRequestFromFlags(
    const std::vector<std::string>& arguments);
absl::StatusOr<TemplateRequest> TemplateRequestFromFlags(
    const std::vector<std::string>& arguments);

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_FLAGS_H_
