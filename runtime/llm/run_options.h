// What the run tool is asked to do.
#ifndef RUNTIME_LLM_RUN_OPTIONS_H_
#define RUNTIME_LLM_RUN_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/generator.h"
#include "runtime/llm/sampler.h"
#include "runtime/loader/load_options.h"
#include "runtime/model/rope_overrides.h"

namespace tessera {

// Where prompts come from.
struct PromptSource {
  enum class Kind {
    kText,          // it is there
    kFile,          // all that a file holds
    kList,          // a file with one in each line; see ReadPromptList
    kPipe,          // nobody said: stdin, if it is not a terminal
    kConversation,  // messages from stdin
  };
  Kind kind = Kind::kText;
  std::string path;       // of a file; "-" for stdin
  bool unescape = false;  // see ReadPromptList
};

struct RunOptions {
  std::string model;  // as the user named it; empty: the arena
  std::string arena;  // path
  std::string prompt;
  PromptSource source;
  // By the model's chat template.
  bool chat = false;
  std::string system_prompt;
  SamplerOptions sampler;
  // Their spellings become sampler.dry.breakers.
  std::vector<std::string> dry_breaker_texts;
  GenerateOptions generate;
  int threads = 0;       // 0: all CPUs
  int64_t ctx_size = 0;  // 0: see DecoderOptions
  RopeOverrides rope;
  LoadOptions load;
  NumaPolicy numa;
  bool json = false;
  bool json_lines = false;
  bool quiet = false;
  bool show_prompt = true;

  // What messages begin with.
  const std::string& name() const { return model.empty() ? arena : model; }
};

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_OPTIONS_H_
