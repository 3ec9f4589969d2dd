#include "bench/run_bench.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/interrupt.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "bench/advise/run_advice.h"
#include "bench/kernel_suite.h"
#include "bench/peer.h"
#include "bench/synthetic_arenas.h"
#include "bench/temporary_folder.h"
#include "runtime/loader/load_options.h"
#include "runtime/loader/loaded_arena.h"

namespace tessera {
namespace {

// Measures some arenas; `gguf` is the same model for peers.
using MeasureFn = absl::FunctionRef<absl::Status(
    const std::vector<std::string>& arenas, const std::string& gguf)>;

absl::Status MeasureSynthetic(const BenchRequest& request,
                              const std::string& folder, ThreadPool& pool,
                              ProgressFn progress, MeasureFn measure) {
  for (const std::string& type : request.types) {
    if (WasInterrupted()) break;
    progress(
        absl::StrCat("make ", request.shape.name, " ", type, " in ", folder));
    TESSERA_ASSIGN_OR_RETURN(
        const SyntheticFiles files,
        MakeSyntheticFiles(request.shape, type, request.layouts, folder, pool));
    TESSERA_RETURN_IF_ERROR(measure(files.arenas, files.gguf));
    if (request.keep.empty()) RemoveSyntheticFiles(files);
  }
  return absl::OkStatus();
}

// Rather now than after the limits of the machine are measured.
absl::Status CheckArenas(absl::Span<const std::string> arenas) {
  LoadOptions options;
  options.huge_pages = HugePages::kOff;
  options.populate = Populate::kLazy;
  for (const std::string& arena : arenas) {
    TESSERA_RETURN_IF_ERROR(LoadedArena::Open(arena, options).status());
  }
  return absl::OkStatus();
}

absl::Status MeasureSubject(const BenchRequest& request, ThreadPool& pool,
                            ProgressFn progress, MeasureFn measure) {
  if (request.subject == BenchRequest::Subject::kArenas) {
    return measure(request.arenas, request.peer_model);
  }
  if (request.keep.empty()) {
    TESSERA_ASSIGN_OR_RETURN(const TemporaryFolder folder,
                             TemporaryFolder::Create());
    return MeasureSynthetic(request, folder.path(), pool, progress, measure);
  }
  std::error_code error;
  std::filesystem::create_directories(request.keep, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(
        request.keep, ": cannot create the folder: ", error.message()));
  }
  return MeasureSynthetic(request, request.keep, pool, progress, measure);
}

absl::StatusOr<BenchReport> RunModels(const BenchRequest& request,
                                      ThreadPool& pool, ProgressFn progress) {
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<ModelSuite> suite,
                           ModelSuite::Create(request.models, pool));
  TESSERA_RETURN_IF_ERROR(MeasureSubject(
      request, pool, progress,
      [&](const std::vector<std::string>& arenas, const std::string&) {
        return suite->Run(arenas, progress);
      }));
  return suite->Finish();
}

absl::StatusOr<BenchReport> RunComparison(const BenchRequest& request,
                                          ThreadPool& pool,
                                          ProgressFn progress) {
  // Rather now than after minutes of measuring.
  for (const Peer& peer : request.comparison.peers) {
    TESSERA_RETURN_IF_ERROR(CheckPeer(peer));
  }
  Comparison comparison(request.comparison, pool);
  TESSERA_RETURN_IF_ERROR(MeasureSubject(
      request, pool, progress,
      [&](const std::vector<std::string>& arenas,
          const std::string& gguf) -> absl::Status {
        for (const std::string& arena : arenas) {
          TESSERA_RETURN_IF_ERROR(comparison.Run(arena, gguf, progress));
        }
        return absl::OkStatus();
      }));
  return comparison.Finish();
}

}  // namespace

absl::StatusOr<BenchReport> RunBench(const BenchRequest& request,
                                     ProgressFn progress) {
  ThreadPool pool(request.threads);
  if (request.subject == BenchRequest::Subject::kKernels) {
    return RunKernelSuite(request.kernels, pool, progress);
  }
  if (request.subject == BenchRequest::Subject::kAdvice) {
    return RunAdvice(request.advice, pool, progress);
  }
  TESSERA_RETURN_IF_ERROR(CheckArenas(request.arenas));
  return request.compares() ? RunComparison(request, pool, progress)
                            : RunModels(request, pool, progress);
}

}  // namespace tessera
