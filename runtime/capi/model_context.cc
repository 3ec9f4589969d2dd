#include "runtime/capi/model_context.h"

#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "runtime/capi/boundary.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/run_report.h"
#include "runtime/llm/sampler.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

absl::StatusOr<std::unique_ptr<ModelContext>> ModelContext::Create(
    std::shared_ptr<const OpenArena> arena, const tessera_options& options) {
  TESSERA_ASSIGN_OR_RETURN(const Isa isa, ChooseIsa());
  // Before the threads are there: they inherit it.
  TESSERA_RETURN_IF_ERROR(ApplyNumaPolicy(options.numa).status());
  auto context = std::unique_ptr<ModelContext>(
      new ModelContext(std::move(arena), options.threads, isa));
  TESSERA_RETURN_IF_ERROR(WithPath(
      context->arena_->path(), context->CreateDecoder(isa, options.ctx_size)));
  return context;
}

ModelContext::ModelContext(std::shared_ptr<const OpenArena> arena, int threads,
                           Isa isa)
    : arena_(std::move(arena)), pool_(threads), isa_name_(IsaName(isa)) {
  generation_.stop = "";
}

absl::Status ModelContext::CreateDecoder(Isa isa, int64_t ctx_size) {
  if (arena_->loaded().tensors().empty()) {
    return absl::InvalidArgumentError(
        "the arena holds a vocabulary and no weights");
  }
  DecoderOptions options;
  options.isa = isa;
  options.pool = &pool_;
  options.ctx_size = ctx_size;
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

absl::Status ModelContext::Generate(const std::string& prompt,
                                    GenerateRequest request,
                                    tessera_text_fn on_text, void* user) {
  TESSERA_ASSIGN_OR_RETURN(const Tokenizer* tokenizer, arena_->FindTokenizer());
  const std::vector<int32_t> ids =
      tokenizer->Encode(prompt, Tokenizer::EncodeOptions());
  Sampler sampler(request.sampler, decoder_->vocab_size());
  bool stopped = false;
  request.limits.wants_stop = [&stopped] { return stopped; };
  std::string piece;  // ends with a NUL
  decoder_->Reset();
  TESSERA_ASSIGN_OR_RETURN(
      Generation generation,
      tessera::Generate(
          ids, request.limits, decoder_->ctx_size(), *tokenizer, sampler,
          [&](absl::Span<const int32_t> next) {
            return decoder_->Forward(next, 1);
          },
          [&](absl::string_view text) {
            if (on_text == nullptr || stopped) return;
            piece.assign(text.data(), text.size());
            stopped = on_text(piece.c_str(), piece.size(), user) != 0;
          }));
  Remember(std::move(generation), request.sampler.seed, ids.size());
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
  return info_;
}

}  // namespace tessera

struct tessera_context {
  std::unique_ptr<tessera::ModelContext> model;
};

tessera_status tessera_context_new(const tessera_arena* arena,
                                   const tessera_options* options,
                                   tessera_context** context,
                                   tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"context", context}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(
            auto model, tessera::ModelContext::Create(
                            arena->shared, tessera::OptionsOrDefault(options)));
        *context = new tessera_context{std::move(model)};
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
        return context->model->Generate(prompt, std::move(request), on_text,
                                        user);
      });
}

const tessera_generation* tessera_context_generation(
    const tessera_context* context) {
  return context == nullptr ? nullptr : &context->model->generation();
}
