// The run tool without its command line.
#ifndef RUNTIME_LLM_RUN_MODEL_H_
#define RUNTIME_LLM_RUN_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/json/json_document.h"
#include "runtime/llm/generator.h"
#include "runtime/llm/run_options.h"
#include "runtime/llm/run_report.pb.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// Loads options.arena, continues options.prompt and gives the new text to
// `on_text` as it comes, after the prompt if options.show_prompt. Messages
// start with the arena's path.
absl::StatusOr<RunReport> RunModel(const RunOptions& options, TextFn on_text);

// The token ids of `text` by the tokenizer of the arena at `path`, which needs
// to hold nothing else.
absl::StatusOr<std::vector<int32_t>> TokenizeText(
    const std::string& path, absl::string_view text,
    const Tokenizer::EncodeOptions& options);

// The text that the chat template of the arena at `path` makes of the arguments
// in `json`; see ApplyTemplate. The arena needs to hold nothing but a
// tokenizer.
absl::StatusOr<std::string> ApplyChatTemplate(const std::string& path,
                                              JsonValue json);

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_MODEL_H_
