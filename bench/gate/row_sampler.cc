#include "bench/gate/row_sampler.h"

#include <sched.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/host_info.h"
#include "base/status_macros.h"
#include "bench/benched_model.h"
#include "bench/cold_buffer.h"
#include "bench/kernel_bench.h"
#include "bench/machine_limits.h"
#include "bench/roofline.h"
#include "bench/stopwatch.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

// A pass should be long enough for the clock and for the caches to forget what
// ran between.
constexpr double kPassSeconds = 0.002;
constexpr uint64_t kCacheMultiple = 3;
constexpr uint64_t kLeastMemory = uint64_t{64} << 20;

uint64_t MemoryBytes(uint64_t matrix_bytes) {
  return std::max(
      {kCacheMultiple * LastLevelCacheBytes(), kLeastMemory, 2 * matrix_bytes});
}

// CPUs that this process may run on.
std::vector<int> AllowedCpus() {
  static const std::vector<int>& cpus = *[] {
    auto* allowed = new std::vector<int>();
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
      for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set)) allowed->push_back(cpu);
      }
    }
    return allowed;
  }();
  return cpus;
}

// Best effort: where it is forbidden, the scheduler decides.
void PinThreads(ThreadPool& pool, int first) {
  const std::vector<int> cpus = AllowedCpus();
  if (cpus.empty()) return;
  pool.Run([&](int thread) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpus[(first + thread) % cpus.size()], &set);
    sched_setaffinity(0, sizeof(set), &set);
  });
}

// Lets the calling thread, and so the processes that it starts, run anywhere
// again.
void Unpin() {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : AllowedCpus()) CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

}  // namespace

class RowSampler::OpenRow {
 public:
  virtual ~OpenRow() = default;

  // Seconds of one pass, which takes kPassSeconds or more if it can be split.
  virtual absl::StatusOr<double> TimePass() = 0;

  const Work& work() const { return work_; }

 protected:
  // Of the matrix of a kernel or limit.
  void SetWork(const GateRow& row, const TensorLayout& layout) {
    work_.weight_bytes = static_cast<double>(layout.StoredBytes());
    work_.AddMacs(row.type, static_cast<double>(row.rows) *
                                static_cast<double>(row.columns) *
                                static_cast<double>(row.tokens));
  }

  Work work_;
};

class RowSampler::KernelRow : public OpenRow {
 public:
  static absl::StatusOr<std::unique_ptr<OpenRow>> Make(const GateRow& row,
                                                       ThreadPool& pool) {
    TESSERA_ASSIGN_OR_RETURN(
        const TensorLayout layout,
        MakeTensorLayout(row.layout, row.type, row.rows, row.columns));
    auto made = std::make_unique<KernelRow>();
    made->SetWork(row, layout);
    TESSERA_ASSIGN_OR_RETURN(
        made->memory_,
        ColdBuffer::Create(MemoryBytes(layout.StoredBytes()), pool));
    TESSERA_ASSIGN_OR_RETURN(
        made->bench_,
        KernelBench::Create(
            {row.type, row.layout, row.rows, row.columns},
            KernelTableFor(row.isa),
            absl::MakeSpan(made->memory_->data(), made->memory_->size()),
            pool));
    TESSERA_RETURN_IF_ERROR(made->bench_->Prepare(row.tokens, 0));
    made->tokens_ = row.tokens;
    made->times_ = made->bench_->TimesWithin(row.tokens, kPassSeconds);
    return made;
  }

  absl::StatusOr<double> TimePass() override {
    return bench_->Multiply(tokens_, times_) / static_cast<double>(times_);
  }

 private:
  std::unique_ptr<ColdBuffer> memory_;
  std::unique_ptr<KernelBench> bench_;
  int64_t tokens_ = 1;
  int64_t times_ = 1;
};

class RowSampler::LimitRow : public OpenRow {
 public:
  static absl::StatusOr<std::unique_ptr<OpenRow>> Make(const GateRow& row,
                                                       ThreadPool& pool) {
    TESSERA_ASSIGN_OR_RETURN(
        const TensorLayout layout,
        MakeTensorLayout(row.layout, row.type, row.rows, row.columns));
    auto made = std::make_unique<LimitRow>();
    made->SetWork(row, layout);
    TESSERA_ASSIGN_OR_RETURN(made->memory_,
                             ColdBuffer::Create(MemoryBytes(0), pool));
    made->meter_ = std::make_unique<LimitMeter>(pool, *made->memory_, row.isa,
                                                kPassSeconds);
    made->reads_ = row.kind == GateRow::Kind::kRead;
    made->mac_kind_ = MacKindOf(row.type);
    return made;
  }

  absl::StatusOr<double> TimePass() override {
    return reads_ ? work_.weight_bytes / meter_->SampleRead()
                  : work_.macs() / meter_->SampleMultiply(mac_kind_);
  }

 private:
  std::unique_ptr<ColdBuffer> memory_;
  std::unique_ptr<LimitMeter> meter_;
  bool reads_ = true;
  MacKind mac_kind_ = MacKind::kInteger;
};

class RowSampler::ModelRow : public OpenRow {
 public:
  static absl::StatusOr<std::unique_ptr<OpenRow>> Make(const GateRow& row,
                                                       ThreadPool& pool) {
    auto made = std::make_unique<ModelRow>();
    ModelOptions options;
    options.isa = row.isa;
    options.ctx_size = row.test.positions();
    options.sample_seconds = 0;
    made->test_ = row.test;
    TESSERA_ASSIGN_OR_RETURN(made->model_,
                             BenchedModel::Open(row.arena, options, pool));
    TESSERA_RETURN_IF_ERROR(made->model_->WarmUp(row.test));
    made->work_ = made->model_->WorkOf(row.test);
    return made;
  }

  absl::StatusOr<double> TimePass() override {
    TESSERA_ASSIGN_OR_RETURN(const double ns, model_->Sample(test_));
    return ns * 1e-9;
  }

 private:
  std::unique_ptr<BenchedModel> model_;
  ModelTestCase test_;
};

RowSampler::RowSampler(ThreadPool& pool) : pool_(pool), alone_(1) {}

RowSampler::~RowSampler() { Unpin(); }

absl::StatusOr<std::unique_ptr<RowSampler::OpenRow>> RowSampler::Make(
    const GateRow& row) {
  ThreadPool& pool = PoolFor(row);
  switch (row.kind) {
    case GateRow::Kind::kKernel:
      return KernelRow::Make(row, pool);
    case GateRow::Kind::kRead:
    case GateRow::Kind::kMultiply:
      return LimitRow::Make(row, pool);
    case GateRow::Kind::kModel:
      break;
  }
  return ModelRow::Make(row, pool);
}

ThreadPool& RowSampler::PoolFor(const GateRow& row) {
  return row.all_threads || row.kind == GateRow::Kind::kModel ? pool_ : alone_;
}

absl::Status RowSampler::Open(int id, int cpu, const GateRow& row) {
  Close(id);
  PinThreads(PoolFor(row), cpu);
  TESSERA_ASSIGN_OR_RETURN(rows_[id], Make(row));
  return Sample(id, 0).status();
}

void RowSampler::Close(int id) { rows_.erase(id); }

Work RowSampler::WorkOf(int id) const { return rows_.at(id)->work(); }

absl::StatusOr<double> RowSampler::Sample(int id, double seconds) {
  const auto row = rows_.find(id);
  if (row == rows_.end() || row->second == nullptr) {
    return absl::NotFoundError(absl::StrCat("row ", id, " is not open"));
  }
  std::vector<double> passes;
  const Stopwatch wall(0);
  do {
    TESSERA_ASSIGN_OR_RETURN(const double pass, row->second->TimePass());
    passes.push_back(pass);
  } while (wall.Seconds() < seconds);
  const auto quartile = passes.begin() + (passes.size() - 1) / 4;
  std::nth_element(passes.begin(), quartile, passes.end());
  return *quartile * 1e9;
}

}  // namespace tessera
