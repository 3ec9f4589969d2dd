#include "bench/gate/counts.h"

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bench/find_shape.h"
#include "bench/gate/allocation_counter.h"
#include "bench/gate/row_filter.h"
#include "bench/kernel_suite.h"
#include "bench/model_shape.h"
#include "bench/synthetic_arenas.h"
#include "bench/temporary_folder.h"
#include "formats/layout/tensor_layout.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"

namespace tessera {
namespace {

constexpr char kShape[] = "tinyllama-1.1b";
constexpr LayoutOrder kLayouts[] = {
    LayoutOrder::kInterleaved, LayoutOrder::kTransposed, LayoutOrder::kSwizzled,
    LayoutOrder::kRowMajor};

// Small enough to be made in a moment, with all parts of a model.
constexpr char kSmallShape[] = R"(
hidden_size              512
intermediate_size        1024
num_hidden_layers        4
num_attention_heads      8
num_key_value_heads      2
head_dim                 64
vocab_size               1024
max_position_embeddings  512
tie_word_embeddings      0
attn_q 512 512 4
)";

// What there is of each model.
constexpr absl::string_view kBarriers = "barriers per token";
constexpr absl::string_view kAllocations = "allocations per token";
constexpr absl::string_view kWeightBytes = "bytes of weights per token";
constexpr absl::string_view kMemoryBytes = "bytes of activations and cache";
constexpr absl::string_view kArenaBytes = "bytes of the arena";

bool IsWanted(absl::string_view model, absl::string_view filter) {
  for (const absl::string_view figure :
       {kBarriers, kAllocations, kWeightBytes, kMemoryBytes, kArenaBytes}) {
    if (MatchesFilter(absl::StrCat(model, ": ", figure), filter)) return true;
  }
  return false;
}

absl::Status CountTokens(const std::string& path, const std::string& name,
                         Counts* counts) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedArena> arena,
                           LoadedArena::Open(path, LoadOptions()));
  ThreadPool pool(2);
  DecoderOptions options;
  options.isa = SupportedIsas().back();
  options.pool = &pool;
  options.ctx_size = 64;
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<Decoder> decoder,
                           Decoder::Create(*arena, options));
  // The first token may set up what all others use.
  constexpr int kTokens = 8;
  uint32_t waits = 0;
  int64_t allocations = 0;
  for (int32_t id = 0; id < kTokens + 1; ++id) {
    const uint32_t waits_before = pool.barrier().waits();
    const int64_t allocations_before = AllocationCount();
    TESSERA_RETURN_IF_ERROR(
        decoder->Forward(absl::MakeConstSpan(&id, 1), 1).status());
    if (id == 0) continue;
    allocations += AllocationCount() - allocations_before;
    waits += pool.barrier().waits() - waits_before;
  }
  (*counts)[absl::StrCat(name, ": ", kBarriers)] =
      static_cast<double>(waits) / kTokens;
  (*counts)[absl::StrCat(name, ": ", kAllocations)] =
      static_cast<double>(allocations) / kTokens;
  (*counts)[absl::StrCat(name, ": ", kWeightBytes)] =
      static_cast<double>(decoder->weight_bytes_per_token());
  (*counts)[absl::StrCat(name, ": ", kMemoryBytes)] =
      static_cast<double>(decoder->memory_bytes());
  return absl::OkStatus();
}

}  // namespace

Counts CountWeightBytes() {
  Counts counts;
  const absl::StatusOr<ModelShape> shape = FindShape(kShape);
  if (!shape.ok()) return counts;
  for (const DType type : KernelTypes()) {
    for (const LayoutOrder order : kLayouts) {
      uint64_t stored = 0;
      uint64_t needed = 0;
      bool complete = true;
      for (const ShapeMatrix& matrix : shape->matrices) {
        const absl::StatusOr<TensorLayout> layout =
            MakeTensorLayout(order, type, matrix.rows, matrix.columns);
        complete = complete && layout.ok();
        if (!layout.ok()) continue;
        stored += matrix.times_per_token * layout->StoredBytes();
        needed += matrix.times_per_token * layout->rows * layout->row_bytes;
      }
      if (!complete) continue;
      const std::string name =
          absl::StrCat("token ", DTypeName(type), " ", LayoutOrderName(order));
      counts[absl::StrCat(name, ": bytes")] = static_cast<double>(stored);
      counts[absl::StrCat(name, ": padding")] =
          static_cast<double>(stored) - static_cast<double>(needed);
    }
  }
  return counts;
}

absl::StatusOr<Counts> CountModels(ThreadPool& pool, absl::string_view filter) {
  TESSERA_ASSIGN_OR_RETURN(const TemporaryFolder folder,
                           TemporaryFolder::Create());
  TESSERA_ASSIGN_OR_RETURN(const ModelShape shape,
                           ParseModelShape("small", kSmallShape));
  Counts counts;
  for (const char* type : {"Q4_0", "F16"}) {
    for (const LayoutOrder order : kLayouts) {
      const std::string layout(LayoutOrderName(order));
      const std::string name = absl::StrCat("small model ", type, " ", layout);
      if (!IsWanted(name, filter)) continue;
      TESSERA_ASSIGN_OR_RETURN(
          const SyntheticFiles files,
          MakeSyntheticFiles(shape, type, {{layout, order, {}}}, folder.path(),
                             pool));
      TESSERA_RETURN_IF_ERROR(CountTokens(files.arenas[0], name, &counts));
      TESSERA_ASSIGN_OR_RETURN(const Counts size, CountFileBytes(files.arenas));
      counts[absl::StrCat(name, ": ", kArenaBytes)] = size.begin()->second;
    }
  }
  return counts;
}

absl::StatusOr<Counts> CountFileBytes(const std::vector<std::string>& paths) {
  Counts counts;
  for (const std::string& path : paths) {
    std::error_code error;
    const uint64_t size = std::filesystem::file_size(path, error);
    if (error) {
      return absl::NotFoundError(absl::StrCat(path, ": ", error.message()));
    }
    counts[absl::StrCat(std::filesystem::path(path).filename().string(),
                        ": bytes of the file")] = static_cast<double>(size);
  }
  return counts;
}

}  // namespace tessera
