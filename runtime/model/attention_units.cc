#include "runtime/model/attention_units.h"

#include <algorithm>

#include "base/checked_math.h"

namespace tessera {
namespace {

// More do not make the kernel faster.
constexpr int64_t kUnitQueries = 32;

// True if, with equal units, the threads are idle for a fifth of the time.
bool Uneven(int64_t units, int64_t threads) {
  const int64_t slots = CeilDiv(units, threads) * threads;
  return 4 * slots > 5 * units;
}

}  // namespace

AttentionUnits::AttentionUnits(const HyperParameters& parameters,
                               int64_t tokens, int64_t threads)
    : kv_heads_(parameters.kv_heads),
      group_(parameters.heads / parameters.kv_heads),
      tokens_(tokens),
      block_(std::clamp<int64_t>(kUnitQueries / group_, 1,
                                 std::max<int64_t>(tokens, 1))) {
  while (block_ > 1 && Uneven(count(), threads)) block_ = CeilDiv(block_, 2);
  while (parts_ < group_ && Uneven(count(), threads)) {
    parts_ = std::min(2 * parts_, group_);
  }
}

int64_t AttentionUnits::token_blocks() const {
  return CeilDiv(tokens_, block_);
}

AttentionUnit AttentionUnits::operator[](int64_t index) const {
  const int64_t block = index % token_blocks();
  const int64_t part = index / token_blocks() % parts_;
  const int64_t kv_head = index / token_blocks() / parts_;
  AttentionUnit unit;
  unit.kv_head = kv_head;
  unit.first_head = kv_head * group_ + part * group_ / parts_;
  unit.last_head = kv_head * group_ + (part + 1) * group_ / parts_;
  unit.first_token = block * block_;
  unit.last_token = std::min(unit.first_token + block_, tokens_);
  return unit;
}

}  // namespace tessera
