#include "runtime/llm/run_model.h"

#include <optional>
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
#include "runtime/llm/forward_in_steps.h"
#include "runtime/llm/make_sampler.h"
#include "runtime/llm/run_report.h"
#include "runtime/llm/sampler.h"
#include "runtime/llm/token_report.h"

namespace tessera {
namespace {

// Open for what is in the manifest.
absl::StatusOr<std::unique_ptr<LoadedArena>> OpenManifest(
    const std::string& path) {
  LoadOptions options;
  options.populate = Populate::kLazy;
  return LoadedArena::Open(path, options);
}

void SetGeneration(const Generation& generation, const Decoder& decoder,
                   const Tokenizer& tokenizer, RunReport* report) {
  report->mutable_ids()->Add(generation.ids.begin(), generation.ids.end());
  report->set_stop(std::string(StopReasonName(generation.stop)));
  report->set_context_shifts(static_cast<uint32_t>(generation.shifts));
  for (const std::vector<TokenProbability>& token : generation.probabilities) {
    *report->add_logprobs() =
        TokenProto(token, TokenText(tokenizer, token[0].id), tokenizer);
  }
  *report->mutable_decode() =
      PhaseProto(generation.decode_steps, generation.decode_seconds);
  const auto bytes = static_cast<double>(decoder.weight_bytes_per_token());
  report->set_weight_bytes_per_token(bytes);
  report->set_decode_gigabytes_per_second(
      bytes * report->decode().tokens_per_second() * 1e-9);
}

struct Prompt {
  std::string shown;
  std::vector<int32_t> ids;
};

// What the model is to continue: the prompt itself, or a conversation that
// consists of it.
absl::StatusOr<Prompt> MakePrompt(const RunOptions& options,
                                  const std::string& text,
                                  const LoadedArena& arena,
                                  const Tokenizer& tokenizer) {
  if (!options.chat) {
    return Prompt{text, tokenizer.Encode(text, Tokenizer::EncodeOptions())};
  }
  TESSERA_ASSIGN_OR_RETURN(Conversation conversation,
                           Conversation::Create(arena.manifest().tokenizer(),
                                                options.system_prompt));
  conversation.AddUser(text);
  TESSERA_ASSIGN_OR_RETURN(ChatPrompt prompt,
                           MakeChatPrompt(conversation, tokenizer));
  return Prompt{std::move(prompt.text), std::move(prompt.ids)};
}

// Tokens that a shift of the context keeps: begin of text, and as many as are
// asked for.
std::optional<ContextShift> ShiftOf(const RunOptions& options,
                                    const Prompt& prompt,
                                    const TokenizerData& tokenizer) {
  std::optional<ContextShift> shift = options.generate.shift;
  const bool has_begin =
      tokenizer.has_bos_id() && !prompt.ids.empty() &&
      prompt.ids[0] == static_cast<int32_t>(tokenizer.bos_id());
  if (shift.has_value() && shift->keep >= 0 && has_begin) ++shift->keep;
  return shift;
}

}  // namespace

TextRunner::TextRunner(const RunOptions& options, OpenedModel model)
    : options_(options), model_(std::move(model)), start_(absl::Now()) {}

TextRunner::~TextRunner() { model_.progress->Stop(); }

absl::StatusOr<std::unique_ptr<TextRunner>> TextRunner::Create(
    const RunOptions& options) {
  const absl::Time start = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(OpenedModel model, OpenModel(options));
  std::unique_ptr<TextRunner> runner(new TextRunner(options, std::move(model)));
  runner->start_ = start;
  const absl::Status status = runner->Prepare();
  if (!status.ok()) return WithPath(options.name(), status);
  return runner;
}

absl::Status TextRunner::Prepare() {
  TESSERA_ASSIGN_OR_RETURN(decoder_, MakeDecoder(options_, model_));
  TESSERA_ASSIGN_OR_RETURN(tokenizer_, MakeTokenizer(*model_.arena));
  return absl::OkStatus();
}

absl::StatusOr<RunReport> TextRunner::Run(const std::string& prompt,
                                          TextFn on_text) {
  const absl::StatusOr<RunReport> report =
      RunPrompt(prompt, [&](absl::string_view text) {
        model_.progress->Stop();
        on_text(text);
      });
  model_.progress->Stop();
  start_ = absl::Now();
  decoder_->Reset();
  if (!report.ok()) return WithPath(options_.name(), report.status());
  return report;
}

absl::StatusOr<RunReport> TextRunner::RunPrompt(const std::string& text,
                                                TextFn on_text) {
  TESSERA_ASSIGN_OR_RETURN(
      Sampler sampler, MakeSampler(options_.sampler, options_.dry_breaker_texts,
                                   options_.generate.ignore_eos, *tokenizer_,
                                   decoder_->vocab_size()));
  TESSERA_ASSIGN_OR_RETURN(
      const Prompt prompt,
      MakePrompt(options_, text, *model_.arena, *tokenizer_));
  GenerateOptions generate = options_.generate;
  generate.shift =
      ShiftOf(options_, prompt, model_.arena->manifest().tokenizer());
  if (generate.shift.has_value()) {
    generate.shift->forget = [this] { decoder_->Reset(); };
  }

  // The prompt is shown with what follows it: until then a bar may be there. Of
  // a conversation, the answer alone is.
  bool show_prompt = options_.show_prompt && !options_.chat;
  std::string generated;
  const absl::Time prefill_start = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(
      const Generation generation,
      Generate(
          prompt.ids, generate, decoder_->ctx_size(), *tokenizer_, sampler,
          [&](absl::Span<const int32_t> ids) {
            return ForwardInSteps(ids, generate.wants_stop, *decoder_);
          },
          [&](absl::string_view piece) {
            // The space that SentencePiece puts before a word.
            if (options_.chat && generated.empty()) {
              absl::ConsumePrefix(&piece, " ");
            }
            absl::StrAppend(&generated, piece);
            if (std::exchange(show_prompt, false)) on_text(prompt.shown);
            on_text(piece);
          }));
  if (show_prompt) on_text(prompt.shown);

  RunReport report =
      Report(generation, absl::ToDoubleSeconds(prefill_start - start_));
  TESSERA_ASSIGN_OR_RETURN(const LoadReport load, model_.arena->Report());
  *report.mutable_load() = LoadProto(load);
  report.mutable_load()->set_numa(model_.numa);
  report.set_prompt(ValidUtf8(prompt.shown));
  report.mutable_prompt_ids()->Add(prompt.ids.begin(), prompt.ids.end());
  report.set_text(ValidUtf8(generated));
  *report.mutable_prefill() = PhaseProto(
      static_cast<int64_t>(prompt.ids.size()), generation.prefill_seconds);
  return report;
}

RunReport TextRunner::Report(const Generation& generation,
                             double prefill_start_seconds) {
  RunReport report;
  SetGeneration(generation, *decoder_, *tokenizer_, &report);
  report.set_seed(static_cast<uint32_t>(options_.sampler.seed));
  report.set_ctx_size(static_cast<uint32_t>(decoder_->ctx_size()));
  report.set_memory_bytes(static_cast<double>(decoder_->memory_bytes()));
  report.set_first_token_seconds(prefill_start_seconds +
                                 generation.prefill_seconds);
  report.set_isa(std::string(IsaName(model_.isa)));
  report.set_threads(static_cast<uint32_t>(model_.pool->size()));
  return report;
}

absl::StatusOr<RunReport> RunModel(const RunOptions& options, TextFn on_text) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<TextRunner> runner,
                           TextRunner::Create(options));
  return runner->Run(options.prompt, on_text);
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
