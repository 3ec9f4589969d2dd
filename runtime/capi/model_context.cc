#include "runtime/capi/model_context.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "runtime/capi/boundary.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/dry_breakers.h"
#include "runtime/llm/forward_in_steps.h"
#include "runtime/llm/make_sampler.h"
#include "runtime/llm/run_report.h"
#include "runtime/llm/sampler.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {
namespace {

// Rows of logits of a step, when those of all positions are wanted: enough for
// the kernels of many tokens.
constexpr int64_t kLogitRows = 32;

}  // namespace

absl::StatusOr<std::unique_ptr<ModelContext>> ModelContext::Create(
    std::shared_ptr<const OpenArena> arena, const tessera_options& options) {
  TESSERA_ASSIGN_OR_RETURN(const Isa isa, ChooseIsa());
  // Before the threads are there: they inherit it.
  TESSERA_RETURN_IF_ERROR(ApplyNumaPolicy(options.numa).status());
  auto context = std::unique_ptr<ModelContext>(
      new ModelContext(std::move(arena), options.threads, isa));
  TESSERA_RETURN_IF_ERROR(
      WithPath(context->arena_->path(), context->CreateDecoder(isa, options)));
  return context;
}

ModelContext::ModelContext(std::shared_ptr<const OpenArena> arena, int threads,
                           Isa isa)
    : arena_(std::move(arena)), pool_(threads), isa_name_(IsaName(isa)) {
  generation_.stop = "";
}

absl::Status ModelContext::CreateDecoder(Isa isa,
                                         const tessera_options& given) {
  if (arena_->loaded().tensors().empty()) {
    return absl::InvalidArgumentError(
        "the arena holds a vocabulary and no weights");
  }
  DecoderOptions options;
  options.isa = isa;
  options.pool = &pool_;
  options.ctx_size = given.ctx_size;
  options.max_sequences = given.sequences;
  options.max_logit_rows = std::max(kLogitRows, given.sequences);
  TESSERA_ASSIGN_OR_RETURN(decoder_,
                           Decoder::Create(arena_->loaded(), options));
  return absl::OkStatus();
}

absl::StatusOr<const float*> ModelContext::Forward(
    absl::Span<const int32_t> ids) {
  TESSERA_ASSIGN_OR_RETURN(const absl::Span<const float> logits,
                           decoder_->Forward(ids, 1));
  return logits.data();
}

// The sampler counts them before the executor sees them.
absl::Status ModelContext::CheckIds(absl::Span<const int32_t> ids) const {
  for (const int32_t id : ids) {
    if (id >= 0 && id < decoder_->vocab_size()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("token id ", id, " is not in the vocabulary of ",
                     decoder_->vocab_size()));
  }
  return absl::OkStatus();
}

absl::Status ModelContext::Generate(
    absl::Span<const int32_t> prompt, GenerateRequest request,
    absl::FunctionRef<bool(const std::string&)> on_text) {
  TESSERA_ASSIGN_OR_RETURN(const Tokenizer* tokenizer, arena_->FindTokenizer());
  TESSERA_RETURN_IF_ERROR(CheckIds(prompt));
  TESSERA_ASSIGN_OR_RETURN(Sampler sampler,
                           MakeSampler(request.sampler, UsualDryBreakerTexts(),
                                       request.limits.ignore_eos, *tokenizer,
                                       decoder_->vocab_size()));
  bool stopped = false;
  const std::function<bool()> caller_stops =
      std::move(request.limits.wants_stop);
  request.limits.wants_stop = [&] {
    return stopped || (caller_stops && caller_stops());
  };
  decoder_->Reset();
  TESSERA_ASSIGN_OR_RETURN(
      Generation generation,
      tessera::Generate(
          prompt, request.limits, decoder_->ctx_size(), *tokenizer, sampler,
          [&](absl::Span<const int32_t> next) {
            return ForwardInSteps(next, caller_stops, *decoder_);
          },
          [&](absl::string_view text) {
            if (!stopped) stopped = !on_text(std::string(text));
          }));
  Remember(std::move(generation), request.sampler.seed, prompt.size());
  return absl::OkStatus();
}

void ModelContext::Remember(Generation generation, uint64_t seed,
                            size_t prompt_tokens) {
  last_ = std::move(generation);
  last_stop_ = std::string(StopReasonName(last_.stop));
  generation_.stop = last_stop_.c_str();
  generation_.seed = static_cast<int64_t>(seed);
  generation_.ids = last_.ids.data();
  generation_.id_count = last_.ids.size();
  generation_.prompt_tokens = prompt_tokens;
  generation_.prefill_seconds = last_.prefill_seconds;
  generation_.decode_seconds = last_.decode_seconds;
}

const tessera_context_info& ModelContext::Describe() {
  info_.ctx_size = decoder_->ctx_size();
  info_.position = decoder_->position();
  info_.vocab_size = decoder_->vocab_size();
  info_.threads = pool_.size();
  info_.isa = isa_name_.c_str();
  info_.memory_bytes = decoder_->memory_bytes();
  info_.weight_bytes_per_token = decoder_->weight_bytes_per_token();
  info_.hidden_size = decoder_->hidden_size();
  return info_;
}

namespace {

// What Generate calls, of what C calls.
auto TextFunction(tessera_text_fn on_text, void* user) {
  return [on_text, user](const std::string& text) {
    return on_text == nullptr || on_text(text.c_str(), text.size(), user) == 0;
  };
}

}  // namespace
}  // namespace tessera

tessera_status tessera_context_new(const tessera_arena* arena,
                                   const tessera_options* options,
                                   tessera_context** context,
                                   tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"context", context}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(
            std::shared_ptr<tessera::ModelContext> model,
            tessera::ModelContext::Create(arena->shared,
                                          tessera::OptionsOrDefault(options)));
        *context = new tessera_context{model, {model, nullptr}};
        return absl::OkStatus();
      });
}

void tessera_context_free(tessera_context* context) { delete context; }

const tessera_context_info* tessera_context_describe(tessera_context* context) {
  return context == nullptr ? nullptr : &context->model->Describe();
}

tessera_status tessera_forward(tessera_context* context, const int32_t* ids,
                               size_t count, const float** logits,
                               tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"context", context}, {"ids", ids}, {"logits", logits}},
      [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(
            *logits, context->model->Forward(absl::MakeConstSpan(ids, count)));
        return absl::OkStatus();
      });
}

void tessera_reset(tessera_context* context) {
  if (context != nullptr) context->model->Reset();
}

tessera_status tessera_generate(tessera_context* context, const char* prompt,
                                const tessera_generate_params* params,
                                tessera_text_fn on_text, void* user,
                                tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"context", context}, {"prompt", prompt}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(auto request,
                                 tessera::ReadGenerateParams(params));
        TESSERA_ASSIGN_OR_RETURN(const auto* tokenizer,
                                 context->model->arena().FindTokenizer());
        return context->model->Generate(
            tokenizer->Encode(prompt, tessera::Tokenizer::EncodeOptions()),
            std::move(request), tessera::TextFunction(on_text, user));
      });
}

tessera_status tessera_generate_ids(tessera_context* context,
                                    const int32_t* ids, size_t count,
                                    const tessera_generate_params* params,
                                    tessera_text_fn on_text, void* user,
                                    tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"context", context}, {"ids", ids}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(auto request,
                                 tessera::ReadGenerateParams(params));
        return context->model->Generate(absl::MakeConstSpan(ids, count),
                                        std::move(request),
                                        tessera::TextFunction(on_text, user));
      });
}

const tessera_generation* tessera_context_generation(
    const tessera_context* context) {
  return context == nullptr ? nullptr : &context->model->generation();
}
