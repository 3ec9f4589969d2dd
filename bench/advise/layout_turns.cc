#include "bench/advise/layout_turns.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "bench/kernel_bench.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

// Where a layout's part of the memory begins.
constexpr size_t kPartAlignment = size_t{2} << 20;

struct Turn {
  std::unique_ptr<KernelBench> bench;
  LayoutTimes times;
};

absl::StatusOr<std::vector<Turn>> MakeTurns(const TurnMatrix& matrix,
                                            const TurnOptions& options,
                                            absl::Span<uint8_t> memory,
                                            ThreadPool& pool) {
  const size_t part = memory.size() /
                      std::max<size_t>(options.layouts.size(), 1) /
                      kPartAlignment * kPartAlignment;
  std::vector<Turn> turns;
  for (const LayoutOrder layout : options.layouts) {
    auto bench =
        KernelBench::Create({matrix.type, layout, matrix.rows, matrix.columns},
                            KernelTableFor(options.isa),
                            memory.subspan(part * turns.size(), part), pool);
    if (absl::IsUnimplemented(bench.status())) continue;
    TESSERA_RETURN_IF_ERROR(bench.status());
    for (const int64_t tokens : options.tokens) {
      TESSERA_RETURN_IF_ERROR(
          (*bench)->Prepare(tokens, options.sample_seconds));
    }
    Turn& turn = turns.emplace_back();
    turn.bench = *std::move(bench);
    turn.times.layout = layout;
    turn.times.seconds.resize(options.tokens.size());
  }
  return turns;
}

bool IsHopeless(const LayoutTimes& times, const LayoutTimes& interleaved) {
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

// Those of `turns` that are worth more rounds.
std::vector<Turn*> Hopeful(const std::vector<Turn*>& turns) {
  std::vector<Turn*> kept;
  for (Turn* turn : turns) {
    if (turn == turns.front() ||
        !IsHopeless(turn->times, turns.front()->times)) {
      kept.push_back(turn);
    }
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::vector<LayoutTimes>> TimeLayoutsInTurn(
    const TurnMatrix& matrix, const TurnOptions& options,
    absl::Span<uint8_t> memory, ThreadPool& pool) {
  TESSERA_ASSIGN_OR_RETURN(std::vector<Turn> turns,
                           MakeTurns(matrix, options, memory, pool));
  std::vector<Turn*> active;
  for (Turn& turn : turns) active.push_back(&turn);
  for (int round = 0; round < options.rounds; ++round) {
    if (round == kRoundsOfAll) active = Hopeful(active);
    std::vector<Turn*> order = active;
    if (round % 2 == 1) std::reverse(order.begin(), order.end());
    for (size_t i = 0; i < options.tokens.size(); ++i) {
      for (Turn* turn : order) {
        turn->times.seconds[i].push_back(
            turn->bench->Sample(options.tokens[i]));
      }
    }
  }
  std::vector<LayoutTimes> times;
  for (Turn& turn : turns) times.push_back(std::move(turn.times));
  return times;
}

}  // namespace tessera
