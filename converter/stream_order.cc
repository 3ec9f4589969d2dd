#include "converter/stream_order.h"

#include <algorithm>

namespace tessera {
namespace {

// The rank of each stream of `output`.
std::vector<int> OwnersOf(const WeightSource& source, const ArenaOutput& output,
                          int ranks) {
  uint64_t total = 0;
  for (const PlannedStream* stream : output.streams()) {
    total += SourceBytes(source, *stream);
  }
  std::vector<int> owners;
  uint64_t before = 0;
  for (const PlannedStream* stream : output.streams()) {
    const uint64_t bytes = SourceBytes(source, *stream);
    const double middle =
        (static_cast<double>(before) + static_cast<double>(bytes) / 2) /
        static_cast<double>(std::max<uint64_t>(total, 1));
    owners.push_back(std::min(ranks - 1, static_cast<int>(middle * ranks)));
    before += bytes;
  }
  return owners;
}

}  // namespace

uint64_t SourceBytes(const WeightSource& source, const PlannedStream& stream) {
  uint64_t bytes = 0;
  for (size_t member : stream.members) bytes += source.tensors[member].size;
  return bytes;
}

std::vector<StreamPlace> StreamsOfRank(
    const WeightSource& source,
    const std::vector<std::unique_ptr<ArenaOutput>>& outputs, int rank,
    int ranks) {
  // All outputs have their tensors in the same order, but for groups that only
  // some of them fuse: these go with the group's place in the first output.
  std::vector<size_t> order(source.tensors.size());
  const auto& of_first = outputs.front()->streams();
  for (size_t i = 0; i < of_first.size(); ++i) {
    for (size_t member : of_first[i]->members) order[member] = i;
  }
  std::vector<StreamPlace> places;
  for (size_t output = 0; output < outputs.size(); ++output) {
    const std::vector<int> owners = OwnersOf(source, *outputs[output], ranks);
    for (size_t i = outputs[output]->finished_streams(); i < owners.size();
         ++i) {
      if (owners[i] == rank) places.push_back({output, i});
    }
  }
  const auto key = [&](const StreamPlace& place) {
    return order
        [outputs[place.output]->streams()[place.stream]->members.front()];
  };
  std::stable_sort(places.begin(), places.end(),
                   [&](const StreamPlace& a, const StreamPlace& b) {
                     return key(a) < key(b);
                   });
  return places;
}

}  // namespace tessera
