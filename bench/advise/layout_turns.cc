#include "bench/advise/layout_turns.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bench/kernel_bench.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

// Where a layout's part of the memory begins.
constexpr size_t kPartAlignment = size_t{2} << 20;
constexpr int kMostPieces = 5;

struct Turn {
  LayoutTimes* times;
  std::unique_ptr<KernelBench> bench;
  std::vector<int64_t> multiplications;  // of a piece, by number of tokens
};

class TurnTaker {
 public:
  TurnTaker(const TurnMatrix& matrix, const TurnOptions& options,
            absl::Span<uint8_t> memory, ThreadPool& pool)
      : matrix_(matrix), options_(options), memory_(memory), pool_(pool) {
    for (const LayoutOrder layout : options.layouts) {
      times_.push_back({layout, {}});
      times_.back().seconds.resize(options.tokens.size());
    }
  }

  absl::StatusOr<std::vector<LayoutTimes>> Run();

 private:
  absl::Status Sit(size_t sitting);
  absl::Status Prepare(Turn& turn);
  void MeasureRound(const std::vector<Turn*>& order);
  bool IsHopeless(const LayoutTimes& times) const;

  const TurnMatrix& matrix_;
  const TurnOptions& options_;
  absl::Span<uint8_t> memory_;
  ThreadPool& pool_;
  std::vector<LayoutTimes> times_;  // as options_.layouts
  std::vector<int> pieces_;         // of a sample, by number of tokens
  std::vector<Turn> turns_;         // of this sitting
  int round_ = 0;
};

absl::StatusOr<std::vector<LayoutTimes>> TurnTaker::Run() {
  for (size_t sitting = 0; round_ < options_.rounds; ++sitting) {
    TESSERA_RETURN_IF_ERROR(Sit(sitting));
    if (turns_.empty()) break;
    const int rounds = static_cast<int>(
        CeilDiv(static_cast<uint64_t>(options_.rounds), times_.size()));
    const int end = std::min(round_ + rounds, options_.rounds);
    for (; round_ < end; ++round_) {
      std::vector<Turn*> order;
      for (Turn& turn : turns_) order.push_back(&turn);
      // Nobody is always the first or beside the same neighbour.
      std::rotate(order.begin(), order.begin() + round_ % order.size(),
                  order.end());
      if (round_ % 2 == 1) std::reverse(order.begin(), order.end());
      MeasureRound(order);
    }
  }
  std::erase_if(times_, [](const LayoutTimes& times) {
    return times.seconds.empty() || times.seconds[0].empty();
  });
  return std::move(times_);
}

// Gives those that are still of interest another part of the memory each.
absl::Status TurnTaker::Sit(size_t sitting) {
  turns_.clear();
  const size_t parts = times_.size();
  const size_t part = memory_.size() / parts / kPartAlignment * kPartAlignment;
  for (size_t i = 0; i < parts; ++i) {
    if (round_ >= kRoundsOfAll && IsHopeless(times_[i])) continue;
    auto bench = KernelBench::Create(
        {matrix_.type, times_[i].layout, matrix_.rows, matrix_.columns},
        KernelTableFor(options_.isa),
        memory_.subspan((i + sitting) % parts * part, part), pool_);
    if (absl::IsUnimplemented(bench.status())) continue;
    TESSERA_RETURN_IF_ERROR(bench.status());
    Turn& turn = turns_.emplace_back();
    turn.times = &times_[i];
    turn.bench = *std::move(bench);
    TESSERA_RETURN_IF_ERROR(Prepare(turn));
  }
  return absl::OkStatus();
}

absl::Status TurnTaker::Prepare(Turn& turn) {
  const double piece_seconds = options_.sample_seconds / kMostPieces;
  for (const int64_t tokens : options_.tokens) {
    TESSERA_RETURN_IF_ERROR(turn.bench->Prepare(tokens, /*zero_share=*/0));
    turn.multiplications.push_back(
        turn.bench->TimesWithin(tokens, piece_seconds));
    const double once = turn.bench->Multiply(tokens, 1);
    if (pieces_.size() == options_.tokens.size()) continue;
    pieces_.push_back(static_cast<int>(
        std::clamp(options_.sample_seconds / std::max(once, piece_seconds), 1.0,
                   static_cast<double>(kMostPieces))));
  }
  return absl::OkStatus();
}

void TurnTaker::MeasureRound(const std::vector<Turn*>& order) {
  for (size_t i = 0; i < options_.tokens.size(); ++i) {
    for (Turn* turn : order) {
      const int64_t times = turn->multiplications[i];
      double fastest = turn->bench->Multiply(options_.tokens[i], times);
      for (int piece = 1; piece < pieces_[i]; ++piece) {
        fastest =
            std::min(fastest, turn->bench->Multiply(options_.tokens[i], times));
      }
      fastest /= static_cast<double>(times);
      turn->times->seconds[i].push_back(fastest);
    }
  }
}

bool TurnTaker::IsHopeless(const LayoutTimes& times) const {
  const LayoutTimes& interleaved = times_.front();
  if (&times == &interleaved || times.seconds[0].empty()) return false;
  for (size_t i = 0; i < times.seconds.size(); ++i) {
    for (size_t round = 0; round < times.seconds[i].size(); ++round) {
      if (times.seconds[i][round] <=
          kHopeless * interleaved.seconds[i][round]) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<std::vector<LayoutTimes>> TimeLayoutsInTurn(
    const TurnMatrix& matrix, const TurnOptions& options,
    absl::Span<uint8_t> memory, ThreadPool& pool) {
  if (options.layouts.empty() || options.tokens.empty()) {
    return std::vector<LayoutTimes>();
  }
  return TurnTaker(matrix, options, memory, pool).Run();
}

}  // namespace tessera
