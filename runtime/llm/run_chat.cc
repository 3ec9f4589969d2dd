#include "runtime/llm/run_chat.h"

#include <memory>
#include <utility>

#include "base/file_error.h"
#include "base/interrupt.h"
#include "base/status_macros.h"
#include "runtime/chat/conversation.h"
#include "runtime/llm/arena_tokenizer.h"
#include "runtime/llm/chat_console.h"
#include "runtime/llm/chat_session.h"
#include "runtime/llm/make_sampler.h"
#include "runtime/llm/opened_model.h"

namespace tessera {
namespace {

absl::Status RunLoaded(const RunOptions& options, const OpenedModel& model) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer,
                           MakeTokenizer(*model.arena));
  TESSERA_ASSIGN_OR_RETURN(
      Conversation conversation,
      Conversation::Create(model.arena->manifest().tokenizer(),
                           options.system_prompt));
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Decoder> decoder,
                           MakeDecoder(options, model));
  TESSERA_ASSIGN_OR_RETURN(
      Sampler sampler, MakeSampler(options.sampler, options.dry_breaker_texts,
                                   options.generate.ignore_eos, *tokenizer,
                                   decoder->vocab_size()));
  GenerateOptions generate = options.generate;
  generate.wants_stop = WasInterrupted;
  ChatSession session(decoder.get(), tokenizer.get(), &sampler,
                      std::move(conversation), std::move(generate));
  CatchEachInterrupt();
  // From now on, text is on the terminal.
  model.progress->Stop();
  return HoldConversation(&session, options.quiet);
}

}  // namespace

absl::Status RunChat(const RunOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const OpenedModel model, OpenModel(options));
  const absl::Status status = RunLoaded(options, model);
  model.progress->Stop();
  return WithPath(options.name(), status);
}

}  // namespace tessera
