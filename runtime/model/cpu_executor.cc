#include "runtime/model/cpu_executor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/model/forward_pass.h"

namespace tessera {
namespace {

constexpr int64_t kMaxBatch = 65536;

// With fewer tokens in a batch, most of the buffers is not touched, and small
// pages leave it out of memory.
constexpr int64_t kHugeBatch = 32;
// The positions of a sequence from which on its buffers are worth it, too.
constexpr int64_t kHugePositions = 512;

absl::Status CheckOption(absl::string_view name, int64_t value) {
  if (value >= 1 && value <= kMaxBatch) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is ", value, ", expected 1 to ", kMaxBatch));
}

}  // namespace

absl::StatusOr<std::unique_ptr<CpuExecutor>> CpuExecutor::Create(
    const Model& model, ThreadPool* threads,
    const CpuExecutorOptions& options) {
  TESSERA_RETURN_IF_ERROR(CheckOption("max_batch", options.max_batch));
  TESSERA_RETURN_IF_ERROR(
      CheckOption("max_logit_rows", options.max_logit_rows));
  auto executor =
      std::unique_ptr<CpuExecutor>(new CpuExecutor(model, threads, options));
  TESSERA_RETURN_IF_ERROR(executor->AllocateBuffers(threads->size()));
  return executor;
}

CpuExecutor::CpuExecutor(const Model& model, ThreadPool* threads,
                         const CpuExecutorOptions& options)
    : model_(model),
      max_batch_(options.max_batch),
      max_logit_rows_(options.max_logit_rows),
      team_(threads) {}

absl::Status CpuExecutor::AllocateBuffers(int threads) {
  const PassBuffers::Shape shape = {
      max_batch_,
      max_logit_rows_,
      model_.weights().output().rows(),
      threads,
      max_batch_ >= model_.kernels().gemm_tokens,
      model_.weights().scratch_bytes(),
      model_.has_fused_qkv(),
      model_.parameters().architecture->gate_is_in_up};
  PassBuffers::Allocate(memory_, model_.parameters(), shape);
  TESSERA_RETURN_IF_ERROR(memory_.Reserve());
  buffers_ = PassBuffers::Allocate(memory_, model_.parameters(), shape);
  return absl::OkStatus();
}

absl::Status CpuExecutor::CheckSlice(const Slice& slice) const {
  const auto count = static_cast<int64_t>(slice.ids.size());
  if (count == 0) return absl::InvalidArgumentError("no token ids given");
  if (slice.logit_tokens < 0 || slice.logit_tokens > count) {
    return absl::InvalidArgumentError(absl::StrCat(
        "logits for ", slice.logit_tokens, " of ", count, " tokens asked for"));
  }
  if (std::min(count, max_batch_) > slice.sequence->max_batch()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "batches of ", max_batch_, " tokens, but the sequence has room for ",
        slice.sequence->max_batch(), " at once"));
  }
  for (const int32_t id : slice.ids) {
    if (id < 0 || id >= model_.parameters().vocab_size) {
      return absl::InvalidArgumentError(
          absl::StrCat("token id ", id, " is not in the vocabulary of ",
                       model_.parameters().vocab_size));
    }
  }
  return absl::OkStatus();
}

absl::Status CpuExecutor::CheckSlices(absl::Span<const Slice> slices) const {
  int64_t logits = 0;
  for (size_t i = 0; i < slices.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(CheckSlice(slices[i]));
    logits += slices[i].logit_tokens;
    for (size_t j = 0; j < i; ++j) {
      if (slices[j].sequence == slices[i].sequence) {
        return absl::InvalidArgumentError(
            absl::StrCat("slices ", j, " and ", i, " are of one sequence"));
      }
    }
  }
  if (logits > max_logit_rows_) {
    return absl::InvalidArgumentError(
        absl::StrCat("logits for ", logits, " tokens asked for, at most ",
                     max_logit_rows_, " can be given"));
  }
  return absl::OkStatus();
}

template <typename Visit>
CpuExecutor::Cursor CpuExecutor::ForEachPiece(absl::Span<const Slice> slices,
                                              Cursor cursor,
                                              Visit visit) const {
  int64_t room = max_batch_;
  while (cursor.slice < slices.size() && room > 0) {
    const Slice& slice = slices[cursor.slice];
    const int64_t left = static_cast<int64_t>(slice.ids.size()) - cursor.offset;
    const int64_t count = std::min(left, room);
    visit(slice, cursor.offset, count);
    room -= count;
    cursor.offset += count;
    if (count == left) cursor = {cursor.slice + 1, 0};
  }
  return cursor;
}

// Tokens whose logits are wanted come last, so a piece of a slice may become
// two runs.
Batch CpuExecutor::NextBatch(absl::Span<const Slice> slices,
                             Cursor cursor) const {
  int64_t rows = 0;
  size_t runs = 0;
  const auto add = [&](const Slice& slice, int64_t piece, int64_t from,
                       int64_t to) {
    if (from >= to) return;
    // The sequence stands where the piece begins.
    const int64_t position = slice.sequence->position() + from - piece;
    const TokenRun run = {slice.sequence, position, rows, to - from};
    if (runs > 0 && buffers_.runs[runs - 1].IsContinuedBy(run)) {
      buffers_.runs[runs - 1].count += run.count;
    } else {
      buffers_.runs[runs++] = run;
    }
    for (int64_t i = from; i < to; ++i, ++rows) {
      buffers_.ids[rows] = slice.ids[i];
      buffers_.positions[rows] = position + i - from;
    }
  };
  const auto first_logit = [](const Slice& slice) {
    return static_cast<int64_t>(slice.ids.size()) - slice.logit_tokens;
  };
  ForEachPiece(
      slices, cursor, [&](const Slice& slice, int64_t first, int64_t count) {
        add(slice, first, first, std::min(first + count, first_logit(slice)));
      });
  const int64_t without_logits = rows;
  ForEachPiece(
      slices, cursor, [&](const Slice& slice, int64_t first, int64_t count) {
        add(slice, first, std::max(first, first_logit(slice)), first + count);
      });
  Batch batch;
  batch.ids = absl::MakeConstSpan(buffers_.ids, rows);
  batch.positions = absl::MakeConstSpan(buffers_.positions, rows);
  batch.runs = absl::MakeConstSpan(buffers_.runs, runs);
  batch.logit_tokens = rows - without_logits;
  batch.logits = nullptr;
  batch.hidden = nullptr;
  return batch;
}

void CpuExecutor::UseHugePages(absl::Span<const Slice> slices) {
  int64_t tokens = 0;
  int64_t longest = 0;
  for (const Slice& slice : slices) {
    const auto count = static_cast<int64_t>(slice.ids.size());
    tokens += count;
    longest = std::max(longest, slice.sequence->position() + count);
  }
  if (tokens < kHugeBatch && longest <= kHugePositions) return;
  memory_.UseHugePages();
  for (const Slice& slice : slices) slice.sequence->UseHugePages();
}

int64_t CpuExecutor::RowSize(Result result) const {
  return result == Result::kHidden ? model_.parameters().hidden_size
                                   : model_.weights().output().rows();
}

absl::StatusOr<absl::Span<const float>> CpuExecutor::Forward(
    absl::Span<const Slice> slices) {
  TESSERA_ASSIGN_OR_RETURN(const int64_t rows,
                           Compute(slices, Result::kLogits));
  return DropPadding(rows);
}

absl::StatusOr<absl::Span<const float>> CpuExecutor::Embed(
    absl::Span<const Slice> slices) {
  TESSERA_ASSIGN_OR_RETURN(const int64_t rows,
                           Compute(slices, Result::kHidden));
  return absl::MakeConstSpan(buffers_.results, rows * RowSize(Result::kHidden));
}

absl::StatusOr<int64_t> CpuExecutor::Compute(absl::Span<const Slice> slices,
                                             Result result) {
  TESSERA_RETURN_IF_ERROR(CheckSlices(slices));
  for (const Slice& slice : slices) {
    const auto count = static_cast<int64_t>(slice.ids.size());
    TESSERA_RETURN_IF_ERROR(
        model_.VerifyPositions(slice.sequence->position(), count));
    TESSERA_RETURN_IF_ERROR(slice.sequence->Reserve(count));
    TESSERA_RETURN_IF_ERROR(model_.VerifyEmbedding(slice.ids));
  }
  UseHugePages(slices);
  int64_t rows = 0;
  Cursor cursor;
  while (cursor.slice < slices.size()) {
    ForEachPiece(slices, cursor,
                 [](const Slice& slice, int64_t, int64_t count) {
                   slice.sequence->Place(count);
                 });
    Batch batch = NextBatch(slices, cursor);
    float* results = buffers_.results + rows * RowSize(result);
    (result == Result::kHidden ? batch.hidden : batch.logits) = results;
    team_.Run([&](ThreadTeam::Member member) {
      ForwardPass(model_, buffers_, batch, team_,
                  model_.arena().weight_stream(), member)
          .Run();
    });
    rows += batch.logit_tokens;
    cursor = ForEachPiece(slices, cursor,
                          [](const Slice& slice, int64_t, int64_t count) {
                            slice.sequence->Advance(count);
                          });
  }
  TESSERA_RETURN_IF_ERROR(model_.arena().CheckHealth());
  return rows;
}

// The logits of rows that only pad the vocabulary are no token's.
absl::Span<const float> CpuExecutor::DropPadding(int64_t logit_rows) {
  const int64_t output_rows = model_.weights().output().rows();
  const int64_t vocabulary = model_.parameters().vocab_size;
  for (int64_t i = 1; i < logit_rows && output_rows != vocabulary; ++i) {
    std::copy_n(buffers_.results + i * output_rows, vocabulary,
                buffers_.results + i * vocabulary);
  }
  return absl::MakeConstSpan(buffers_.results, logit_rows * vocabulary);
}

}  // namespace tessera
