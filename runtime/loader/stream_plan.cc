#include "runtime/loader/stream_plan.h"

#include <algorithm>

namespace tessera {
uint64_t StreamPlan::StreamedBefore(uint64_t offset) const {
  const auto found = std::partition_point(
      streamed.begin(), streamed.end(),
      [offset](const FileRange& unit) { return unit.end() <= offset; });
  return static_cast<uint64_t>(found - streamed.begin());
}

StreamPlan PlanStream(absl::Span<const FileRange> hot,
                      const StreamSizes& sizes) {
  const std::vector<FileRange> units = CutIntoPieces(hot, sizes.unit_bytes);
  const uint64_t count = units.size();
  // Half for the window, where memory is as short as that.
  const uint64_t window = std::max<uint64_t>(
      std::min(sizes.window_bytes, sizes.memory_bytes / 2) / sizes.unit_bytes,
      1);
  const uint64_t room = sizes.memory_bytes / sizes.unit_bytes;
  const bool fits = BytesOf(units) <= sizes.memory_bytes;
  const uint64_t resident = fits ? count : room - std::min(room, window);

  StreamPlan plan;
  for (uint64_t i = 0; i < count; ++i) {
    const bool stays = i * resident / count != (i + 1) * resident / count;
    (stays ? plan.resident : plan.streamed).push_back(units[i]);
  }
  plan.window = std::min<uint64_t>(window, plan.streamed.size());
  plan.resident_bytes = BytesOf(plan.resident);
  plan.streamed_bytes = BytesOf(plan.streamed);
  plan.window_bytes = plan.window * sizes.unit_bytes;
  return plan;
}

}  // namespace tessera
