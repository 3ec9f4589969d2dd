#include "runtime/model/decoder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// A model may allow 131072 positions, whose cache few people mean to pay for.
constexpr int64_t kDefaultCtxSize = 4096;
constexpr int64_t kMaxCtxSize = int64_t{1} << 26;
constexpr int64_t kMaxSequences = 1024;

absl::StatusOr<int64_t> CtxSize(const DecoderOptions& options,
                                const Model& model) {
  if (options.ctx_size < 0 || options.ctx_size > kMaxCtxSize) {
    return absl::InvalidArgumentError(absl::StrCat(
        "ctx_size is ", options.ctx_size, ", expected 0 to ", kMaxCtxSize));
  }
  const int64_t trained = model.parameters().max_positions;
  if (options.ctx_size == 0) return std::min(trained, kDefaultCtxSize);
  // Rather now than when a text gets there.
  const Matrix* positions = model.weights().position_embedding();
  if (positions != nullptr && options.ctx_size > positions->rows()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "ctx_size is ", options.ctx_size, ", expected at most ",
        positions->rows(), ", the positions that the model has learned"));
  }
  return options.ctx_size;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Decoder>> Decoder::Create(
    const LoadedArena& arena, const DecoderOptions& options) {
  if (options.max_sequences < 1 || options.max_sequences > kMaxSequences) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_sequences is ", options.max_sequences,
                     ", expected 1 to ", kMaxSequences));
  }
  TESSERA_ASSIGN_OR_RETURN(std::unique_ptr<const Model> model,
                           Model::Create(arena, {.isa = options.isa,
                                                 .exact = options.exact,
                                                 .rope = options.rope}));
  TESSERA_ASSIGN_OR_RETURN(const int64_t ctx_size, CtxSize(options, *model));
  CpuExecutorOptions executor_options;
  executor_options.max_batch = std::min(options.max_batch, ctx_size);
  executor_options.max_logit_rows =
      std::min(options.max_logit_rows, ctx_size * options.max_sequences);
  TESSERA_ASSIGN_OR_RETURN(
      std::unique_ptr<CpuExecutor> executor,
      CpuExecutor::Create(*model, options.pool, executor_options));
  const KvPlan plan = model->kv_plan(executor_options.max_batch);
  TESSERA_ASSIGN_OR_RETURN(
      std::unique_ptr<KvPool> pool,
      KvPool::Create(model->kv_layout(),
                     options.max_sequences * plan.Blocks(ctx_size)));
  return std::unique_ptr<Decoder>(
      new Decoder(std::move(model), std::move(pool), std::move(executor), plan,
                  ctx_size, executor_options.max_logit_rows));
}

Decoder::Decoder(std::unique_ptr<const Model> model,
                 std::unique_ptr<KvPool> pool,
                 std::unique_ptr<CpuExecutor> executor, const KvPlan& plan,
                 int64_t ctx_size, int64_t max_logit_rows)
    : model_(std::move(model)),
      pool_(std::move(pool)),
      executor_(std::move(executor)),
      max_batch_(plan.max_batch),
      max_logit_rows_(max_logit_rows),
      sequence_(pool_.get(), plan, ctx_size) {}

std::unique_ptr<Sequence> Decoder::NewSequence() const {
  return std::make_unique<Sequence>(pool_.get(), model_->kv_plan(max_batch_),
                                    ctx_size());
}

absl::StatusOr<absl::Span<const float>> Decoder::Forward(
    absl::Span<const int32_t> ids, int64_t logits_for_last) {
  const Slice slice = {&sequence_, ids, logits_for_last};
  return executor_->Forward(absl::MakeConstSpan(&slice, 1));
}

}  // namespace tessera
