// What the run tool is asked to do.
#ifndef RUNTIME_LLM_RUN_OPTIONS_H_
#define RUNTIME_LLM_RUN_OPTIONS_H_

#include <cstdint>
#include <string>

#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/generator.h"
#include "runtime/llm/sampler.h"
#include "runtime/loader/load_options.h"

namespace tessera {

struct RunOptions {
  std::string arena;  // path
  std::string prompt;
  // By the model's chat template; without a prompt, a conversation.
  bool chat = false;
  std::string system_prompt;
  SamplerOptions sampler;
  GenerateOptions generate;
  int threads = 0;       // 0: all CPUs
  int64_t ctx_size = 0;  // 0: see DecoderOptions
  LoadOptions load;
  NumaPolicy numa;
  bool json = false;
  bool quiet = false;
  bool show_prompt = true;
};

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_OPTIONS_H_
