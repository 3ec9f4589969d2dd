// The run tool without its command line.
#ifndef RUNTIME_LLM_RUN_MODEL_H_
#define RUNTIME_LLM_RUN_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "formats/json/json_document.h"
#include "runtime/llm/generator.h"
#include "runtime/llm/opened_model.h"
#include "runtime/llm/run_options.h"
#include "runtime/llm/run_report.pb.h"
#include "runtime/model/decoder.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// A model that is loaded to continue texts, one after another. Not thread-safe.
class TextRunner {
 public:
  // Loads options.arena. Messages start with the arena's path, here and below.
  static absl::StatusOr<std::unique_ptr<TextRunner>> Create(
      const RunOptions& options);

  TextRunner(const TextRunner&) = delete;
  TextRunner& operator=(const TextRunner&) = delete;
  ~TextRunner();

  // Continues `prompt` and gives the new text to `on_text` as it comes, after
  // the prompt if options.show_prompt. Each text is what it would be alone: the
  // cache and the seed begin anew. Cancelled if options.generate.wants_stop
  // ended it before its first token.
  absl::StatusOr<RunReport> Run(const std::string& prompt, TextFn on_text);

  const Tokenizer& tokenizer() const { return *tokenizer_; }

 private:
  TextRunner(const RunOptions& options, OpenedModel model);

  absl::Status Prepare();
  absl::StatusOr<RunReport> RunPrompt(const std::string& prompt,
                                      TextFn on_text);
  RunReport Report(const Generation& generation, double prefill_start_seconds);

  const RunOptions options_;
  const OpenedModel model_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<Decoder> decoder_;
  absl::Time start_;  // of loading, or of the last text
};

// Create, and Run for options.prompt.
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
