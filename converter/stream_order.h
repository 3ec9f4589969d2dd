// Who packs which streams, and when.
#ifndef CONVERTER_STREAM_ORDER_H_
#define CONVERTER_STREAM_ORDER_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "converter/arena_output.h"
#include "converter/source/weight_source.h"

namespace tessera {

// A stream of one of several outputs.
struct StreamPlace {
  size_t output;
  size_t stream;
};

// Bytes that packing `stream` reads.
uint64_t SourceBytes(const WeightSource& source, const PlannedStream& stream);

// The streams that rank `rank` of `ranks` packs, in its order: of each output a
// run with about as many bytes to read as every other rank has, without those
// that are finished. Streams of several outputs that need the same tensors
// follow each other, so that these are read once.
std::vector<StreamPlace> StreamsOfRank(
    const WeightSource& source,
    const std::vector<std::unique_ptr<ArenaOutput>>& outputs, int rank,
    int ranks);

}  // namespace tessera

#endif  // CONVERTER_STREAM_ORDER_H_
