#include "bench/advise/run_advice.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/build_info.h"
#include "base/host_info.h"
#include "base/isa.h"
#include "base/machine_id.h"
#include "base/status_macros.h"
#include "base/version.h"
#include "base/write_file.h"
#include "bench/advise/advice_report.h"
#include "bench/advise/layout_advice.h"
#include "bench/cold_buffer.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/layout_profile.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {
namespace {

constexpr uint64_t kPartAlignment = uint64_t{2} << 20;

ProfileMachine MachineFor(const TurnOptions& turns, const ThreadPool& pool) {
  const MachineId here = ThisMachine();
  ProfileMachine machine;
  machine.cpu = here.cpu;
  machine.fingerprint = here.fingerprint;
  machine.isa = std::string(IsaName(turns.isa));
  machine.threads = static_cast<uint32_t>(pool.size());
  machine.producer =
      absl::StrCat("tessera ", kTesseraVersion, " (", ShortBuildCommit(), ")");
  machine.date = TimeStamp();
  return machine;
}

// Enough that each layout's part holds a copy of any matrix.
uint64_t MemoryFor(const AdviceRequest& request) {
  const uint64_t layouts = request.turns.layouts.size();
  uint64_t most = 0;
  for (const AdvisedMatrix& advised : request.matrices) {
    for (const LayoutOrder order : request.turns.layouts) {
      const TurnMatrix& matrix = advised.matrix;
      const auto layout =
          MakeTensorLayout(order, matrix.type, matrix.rows, matrix.columns);
      if (layout.ok()) most = std::max(most, layout->StoredBytes());
    }
  }
  const uint64_t wanted =
      request.memory_bytes != 0
          ? request.memory_bytes
          : ColdBytes(LastLevelCacheBytes(), AvailableMemory());
  return std::max(wanted, layouts * (most + kPartAlignment));
}

class Advisor {
 public:
  Advisor(const AdviceRequest& request, ColdBuffer& memory, ThreadPool& pool)
      : request_(request),
        memory_(memory.bytes()),
        pool_(pool),
        machine_(MachineFor(request.turns, pool)),
        report_(EmptyAdviceReport(machine_)) {}

  // Returns what to tell people.
  absl::StatusOr<std::string> Advise(const AdvisedMatrix& advised);

  BenchReport Finish();
  LayoutProfile Profile() const { return LayoutProfile(rules_, machine_); }

 private:
  const AdviceRequest& request_;
  absl::Span<uint8_t> memory_;
  ThreadPool& pool_;
  const ProfileMachine machine_;
  BenchReport report_;
  std::vector<LayoutRule> rules_;
};

absl::StatusOr<std::string> Advisor::Advise(const AdvisedMatrix& advised) {
  const TurnMatrix& matrix = advised.matrix;
  TurnOptions turns = request_.turns;
  if (advised.duty == MatrixDuty::kGemv) turns.tokens = {1};
  std::string text = absl::StrCat(DTypeName(matrix.type), " ", matrix.rows,
                                  " x ", matrix.columns);
  const auto times = TimeLayoutsInTurn(matrix, turns, memory_, pool_);
  if (absl::IsInvalidArgument(times.status()) ||
      absl::IsUnimplemented(times.status())) {
    report_.after.push_back(
        absl::StrCat("left out: ", text, ": ", times.status().message()));
    return report_.after.back();
  }
  TESSERA_RETURN_IF_ERROR(times.status());
  for (const MatrixDuty duty : {MatrixDuty::kGemv, MatrixDuty::kGemm}) {
    const std::optional<LayoutAdvice> advice =
        AdviseLayout(duty, turns.tokens, *times);
    if (!advice.has_value()) continue;
    rules_.push_back(RuleFor(matrix, *advice));
    AddAdvice(matrix, *advice, machine_, &report_);
    absl::StrAppend(&text, ", ", AdviceText(*advice));
  }
  return text;
}

BenchReport Advisor::Finish() {
  const auto undecided =
      std::count_if(rules_.begin(), rules_.end(), [](const LayoutRule& rule) {
        return rule.evidence->lower <= 1 && rule.evidence->upper >= 1;
      });
  report_.after.push_back(absl::StrCat(
      undecided, " of ", rules_.size(),
      " rules compare layouts whose interval holds 1: they differ too little, "
      "or the machine was too busy to tell"));
  return std::move(report_);
}

}  // namespace

absl::StatusOr<BenchReport> RunAdvice(const AdviceRequest& request,
                                      ThreadPool& pool, ProgressFn progress) {
  // Rather now than after minutes of measuring.
  TESSERA_RETURN_IF_ERROR(CheckWriteFile(request.path));
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<ColdBuffer> memory,
                           ColdBuffer::Create(MemoryFor(request), pool));
  Advisor advisor(request, *memory, pool);
  size_t number = 0;
  for (const AdvisedMatrix& advised : request.matrices) {
    TESSERA_ASSIGN_OR_RETURN(const std::string text, advisor.Advise(advised));
    progress(
        absl::StrCat(++number, " of ", request.matrices.size(), ": ", text));
  }
  TESSERA_RETURN_IF_ERROR(WriteFile(request.path, advisor.Profile().Text()));
  return advisor.Finish();
}

}  // namespace tessera
