#include "runtime/llm/run_model.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file_error.h"
#include "base/isa.h"
#include "base/status_macros.h"
#include "formats/tokenizer/missing_tokenizer.h"
#include "runtime/chat/apply_template.h"
#include "runtime/chat/conversation.h"
#include "runtime/chat/marked_text.h"
#include "runtime/llm/arena_tokenizer.h"
#include "runtime/llm/chat_prompt.h"
#include "runtime/llm/opened_model.h"
#include "runtime/llm/run_report.h"
#include "runtime/model/decoder.h"

namespace tessera {
namespace {

// Open for what is in the manifest.
absl::StatusOr<std::unique_ptr<LoadedArena>> OpenManifest(
    const std::string& path) {
  LoadOptions options;
  options.populate = Populate::kLazy;
  return LoadedArena::Open(path, options);
}

RunReport MakeReport(const RunOptions& options, const Decoder& decoder,
                     const Generation& generation) {
  RunReport report;
  report.mutable_ids()->Add(generation.ids.begin(), generation.ids.end());
  report.set_stop(std::string(StopReasonName(generation.stop)));
  report.set_seed(static_cast<uint32_t>(options.sampler.seed));
  report.set_ctx_size(static_cast<uint32_t>(decoder.ctx_size()));
  report.set_memory_bytes(static_cast<double>(decoder.memory_bytes()));
  *report.mutable_decode() =
      PhaseProto(generation.decode_steps, generation.decode_seconds);
  const auto bytes = static_cast<double>(decoder.weight_bytes_per_token());
  report.set_weight_bytes_per_token(bytes);
  report.set_decode_gigabytes_per_second(
      bytes * report.decode().tokens_per_second() * 1e-9);
  return report;
}

struct Prompt {
  std::string shown;
  std::vector<int32_t> ids;
};

// What the model is to continue: the prompt itself, or a conversation that
// consists of it.
absl::StatusOr<Prompt> MakePrompt(const RunOptions& options,
                                  const LoadedArena& arena,
                                  const Tokenizer& tokenizer) {
  if (!options.chat) {
    return Prompt{options.prompt,
                  tokenizer.Encode(options.prompt, Tokenizer::EncodeOptions())};
  }
  TESSERA_ASSIGN_OR_RETURN(Conversation conversation,
                           Conversation::Create(arena.manifest().tokenizer(),
                                                options.system_prompt));
  conversation.AddUser(options.prompt);
  TESSERA_ASSIGN_OR_RETURN(ChatPrompt prompt,
                           MakeChatPrompt(conversation, tokenizer));
  return Prompt{std::move(prompt.text), std::move(prompt.ids)};
}

// RunModel on a model that is open. Loading began at `start`.
absl::StatusOr<RunReport> RunLoaded(const RunOptions& options,
                                    const OpenedModel& model, absl::Time start,
                                    TextFn on_text) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Decoder> decoder,
                           MakeDecoder(options, model));
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer,
                           MakeTokenizer(*model.arena));
  Sampler sampler(options.sampler, decoder->vocab_size());
  TESSERA_ASSIGN_OR_RETURN(const Prompt prompt,
                           MakePrompt(options, *model.arena, *tokenizer));

  // The prompt is shown with what follows it: until then a bar may be there. Of
  // a conversation, the answer alone is.
  bool show_prompt = options.show_prompt && !options.chat;
  const auto show = [&](absl::string_view piece) {
    if (show_prompt) on_text(prompt.shown);
    show_prompt = false;
    on_text(piece);
  };
  std::string text;
  const absl::Time prefill_start = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(const Generation generation,
                           Generate(
                               prompt.ids, options.generate,
                               decoder->ctx_size(), *tokenizer, sampler,
                               [&](absl::Span<const int32_t> ids) {
                                 return decoder->Forward(ids, 1);
                               },
                               [&](absl::string_view piece) {
                                 // The space that SentencePiece puts before a
                                 // word.
                                 if (options.chat && text.empty())
                                   absl::ConsumePrefix(&piece, " ");
                                 absl::StrAppend(&text, piece);
                                 show(piece);
                               }));
  if (show_prompt) on_text(prompt.shown);

  RunReport report = MakeReport(options, *decoder, generation);
  TESSERA_ASSIGN_OR_RETURN(const LoadReport load, model.arena->Report());
  *report.mutable_load() = LoadProto(load);
  report.mutable_load()->set_numa(model.numa);
  report.set_first_token_seconds(absl::ToDoubleSeconds(prefill_start - start) +
                                 generation.prefill_seconds);
  report.set_prompt(ValidUtf8(prompt.shown));
  report.mutable_prompt_ids()->Add(prompt.ids.begin(), prompt.ids.end());
  report.set_text(ValidUtf8(text));
  report.set_isa(std::string(IsaName(model.isa)));
  report.set_threads(static_cast<uint32_t>(model.pool->size()));
  *report.mutable_prefill() = PhaseProto(
      static_cast<int64_t>(prompt.ids.size()), generation.prefill_seconds);
  return report;
}

}  // namespace

absl::StatusOr<RunReport> RunModel(const RunOptions& options, TextFn on_text) {
  const absl::Time start = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(const OpenedModel model, OpenModel(options));
  const absl::StatusOr<RunReport> report =
      RunLoaded(options, model, start, [&](absl::string_view text) {
        model.progress->Stop();
        on_text(text);
      });
  model.progress->Stop();
  if (!report.ok()) return WithPath(options.arena, report.status());
  return report;
}

absl::StatusOr<std::vector<int32_t>> TokenizeText(
    const std::string& path, absl::string_view text,
    const Tokenizer::EncodeOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedArena> arena,
                           OpenManifest(path));
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = MakeTokenizer(*arena);
  if (!tokenizer.ok()) return WithPath(path, tokenizer.status());
  return (*tokenizer)->Encode(text, options);
}

absl::StatusOr<std::string> ApplyChatTemplate(const std::string& path,
                                              JsonValue json) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedArena> arena,
                           OpenManifest(path));
  absl::Status status = CheckHasTokenizer(arena->manifest());
  if (status.ok()) {
    const absl::StatusOr<MarkedText> text =
        ApplyTemplate(arena->manifest().tokenizer(), json, absl::Now(),
                      absl::LocalTimeZone());
    if (text.ok()) return text->bytes();
    status = text.status();
  }
  return WithPath(path, status);
}

}  // namespace tessera
