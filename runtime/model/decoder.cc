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
constexpr int64_t kMaxBatch = 65536;

// With fewer tokens in a batch or in the context, most of the buffers and of
// the key/value cache is not touched, and small pages leave it out of memory.
constexpr int64_t kHugeBatch = 32;
constexpr int64_t kHugePositions = 512;

absl::Status CheckOption(absl::string_view name, int64_t value, int64_t least,
                         int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name, " is ", value, ", expected ", least, " to ", most));
}

absl::Status CheckOptions(const DecoderOptions& options) {
  TESSERA_RETURN_IF_ERROR(
      CheckOption("ctx_size", options.ctx_size, 0, kMaxCtxSize));
  TESSERA_RETURN_IF_ERROR(
      CheckOption("max_batch", options.max_batch, 1, kMaxBatch));
  return CheckOption("max_logit_rows", options.max_logit_rows, 1, kMaxBatch);
}

int64_t CtxSize(const DecoderOptions& options, const LlamaConfig& config) {
  return options.ctx_size > 0
             ? options.ctx_size
             : std::min(config.max_positions, kDefaultCtxSize);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Decoder>> Decoder::Create(
    const LoadedArena& arena, const DecoderOptions& options) {
  TESSERA_RETURN_IF_ERROR(CheckOptions(options));
  if (!arena.manifest().has_model()) {
    return absl::InvalidArgumentError(
        "the arena holds no model configuration, only tensors or a vocabulary");
  }
  TESSERA_ASSIGN_OR_RETURN(const LlamaConfig config,
                           CheckLlamaConfig(arena.manifest().model()));
  const KernelTable& kernels = KernelTableFor(options.isa);
  TESSERA_ASSIGN_OR_RETURN(
      ModelWeights weights,
      FindModelWeights(config, arena.tensors(), kernels, options.exact));
  auto decoder = std::unique_ptr<Decoder>(
      new Decoder(arena, config, std::move(weights), kernels, options));
  TESSERA_RETURN_IF_ERROR(decoder->TakeMemory(options));
  return decoder;
}

Decoder::Decoder(const LoadedArena& arena, const LlamaConfig& config,
                 ModelWeights weights, const KernelTable& kernels,
                 const DecoderOptions& options)
    : arena_(arena),
      config_(config),
      weights_(std::move(weights)),
      rope_(config_, weights_.rope_freqs),
      kernels_(kernels),
      ctx_size_(CtxSize(options, config)),
      max_batch_(std::min(options.max_batch, ctx_size_)),
      max_logit_rows_(std::min(options.max_logit_rows, ctx_size_)),
      exact_(options.exact),
      team_(options.pool) {}

absl::Status Decoder::TakeMemory(const DecoderOptions& options) {
  const auto take = [&] {
    buffers_ = DecoderBuffers::TakeFrom(
        memory_, config_,
        {max_batch_, max_logit_rows_, options.pool->size(),
         max_batch_ >= kernels_.gemm_tokens, weights_.scratch_bytes()});
    cache_ = KvCache::TakeFrom(memory_,
                               {config_.layers, config_.kv_heads, ctx_size_,
                                config_.head_dim, exact_});
  };
  take();
  TESSERA_RETURN_IF_ERROR(memory_.Reserve());
  take();
  return absl::OkStatus();
}

absl::Status Decoder::CheckRequest(absl::Span<const int32_t> ids,
                                   int64_t logits_for_last) const {
  const int64_t count = static_cast<int64_t>(ids.size());
  if (count == 0) return absl::InvalidArgumentError("no token ids given");
  if (count > ctx_size_ - position_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no room for ", count, " more tokens: the context holds ", ctx_size_,
        ", ", position_, " are used"));
  }
  if (logits_for_last < 0 ||
      logits_for_last > std::min(count, max_logit_rows_)) {
    return absl::InvalidArgumentError(
        absl::StrCat("logits for ", logits_for_last, " of ", count,
                     " tokens asked for, at most ", max_logit_rows_,
                     " can be given"));
  }
  for (const int32_t id : ids) {
    if (id < 0 || id >= config_.vocab_size) {
      return absl::InvalidArgumentError(
          absl::StrCat("token id ", id, " is not in the vocabulary of ",
                       config_.vocab_size));
    }
  }
  return absl::OkStatus();
}

absl::Status Decoder::VerifyRows(absl::Span<const int32_t> ids) const {
  const TensorView& rows = weights_.token_embd.view;
  const TensorLayout& layout = rows.layout;
  // Where tiles are spread, a row is everywhere.
  const bool whole = layout.has_whole_row_tiles();
  const uint64_t tiles = whole ? 1 : layout.row_tiles();
  for (const int32_t id : ids) {
    const uint64_t first = whole ? id / layout.tile_rows : 0;
    TESSERA_RETURN_IF_ERROR(
        arena_.VerifyBytes(rows.data + first * layout.row_tile_stride,
                           tiles * layout.row_tile_bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Span<const float>> Decoder::Forward(
    absl::Span<const int32_t> ids, int64_t logits_for_last) {
  TESSERA_RETURN_IF_ERROR(CheckRequest(ids, logits_for_last));
  TESSERA_RETURN_IF_ERROR(VerifyRows(ids));
  const auto count = static_cast<int64_t>(ids.size());
  if (count >= kHugeBatch || position_ + count > kHugePositions) {
    memory_.UseHugePages();
  }
  const DecoderParts parts = {config_, weights_, rope_, kernels_, buffers_,
                              cache_,  team_,    arena_.weight_stream(),
                              exact_};
  int64_t logit_rows = 0;
  while (!ids.empty()) {
    Batch batch;
    batch.ids = ids.subspan(0, max_batch_);
    ids.remove_prefix(batch.ids.size());
    // Of the last `logits_for_last` ids, those that are in this batch.
    const int64_t after = static_cast<int64_t>(ids.size());
    batch.logit_tokens =
        std::clamp<int64_t>(logits_for_last - after, 0, batch.ids.size()) ;
    batch.logits = buffers_.logits + logit_rows * config_.vocab_size;
    batch.first_position = position_;
    team_.Run([&](ThreadTeam::Member member) {
      ForwardPass(parts, batch, member).Run();
    });
    logit_rows += batch.logit_tokens;
    position_ += static_cast<int64_t>(batch.ids.size());
  }
  TESSERA_RETURN_IF_ERROR(arena_.CheckHealth());
  return absl::MakeConstSpan(buffers_.logits,
                             logit_rows * config_.vocab_size);
}

}  // namespace tessera
