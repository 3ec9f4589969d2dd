#include "runtime/loader/stream_plan.h"

#include <algorithm>

namespace tessera {
namespace {

std::vector<FileRange> CutIntoUnits(absl::Span<const FileRange> ranges,
                                    uint64_t unit_bytes) {
  std::vector<FileRange> units;
  for (const FileRange& range : ranges) {
    for (uint64_t done = 0; done < range.size; done += unit_bytes) {
      units.push_back(
          {range.offset + done, std::min(unit_bytes, range.size - done)});
    }
  }
  return units;
}

uint64_t SumOfSizes(absl::Span<const FileRange> units) {
  uint64_t sum = 0;
  for (const FileRange& unit : units) sum += unit.size;
  return sum;
}

}  // namespace

uint64_t StreamPlan::StreamedBefore(uint64_t offset) const {
  const auto found = std::partition_point(
      streamed.begin(), streamed.end(),
      [offset](const FileRange& unit) { return unit.end() <= offset; });
  return static_cast<uint64_t>(found - streamed.begin());
}

StreamPlan PlanStream(absl::Span<const FileRange> hot,
                      const StreamSizes& sizes) {
  const std::vector<FileRange> units = CutIntoUnits(hot, sizes.unit_bytes);
  const uint64_t count = units.size();
  // Half for the window, where memory is as short as that.
  const uint64_t window = std::max<uint64_t>(
      std::min(sizes.window_bytes, sizes.memory_bytes / 2) / sizes.unit_bytes,
      1);
  const uint64_t room = sizes.memory_bytes / sizes.unit_bytes;
  const bool fits = SumOfSizes(units) <= sizes.memory_bytes;
  const uint64_t resident = fits ? count : room - std::min(room, window);

  StreamPlan plan;
  for (uint64_t i = 0; i < count; ++i) {
    const bool stays = i * resident / count != (i + 1) * resident / count;
    (stays ? plan.resident : plan.streamed).push_back(units[i]);
  }
  plan.window = std::min<uint64_t>(window, plan.streamed.size());
  plan.resident_bytes = SumOfSizes(plan.resident);
  plan.streamed_bytes = SumOfSizes(plan.streamed);
  plan.window_bytes = plan.window * sizes.unit_bytes;
  return plan;
}

}  // namespace tessera
