// Rows of blocks from functions on one block.
#ifndef FORMATS_QUANT_BLOCK_ROWS_INL_H_
#define FORMATS_QUANT_BLOCK_ROWS_INL_H_

#include <cstdint>
#include <cstring>

namespace tessera {
namespace {

// Decodes a row: calls decode(block, values) for every block.
template <typename Block, typename DecodeBlock>
inline void DecodeBlocks(const uint8_t* blocks, int64_t elements, float* values,
                         DecodeBlock decode) {
  for (int64_t i = 0; i < elements / Block::kElements; ++i) {
    Block block;
    std::memcpy(&block, blocks, sizeof(block));
    decode(block, values);
    blocks += sizeof(block);
    values += Block::kElements;
  }
}

// As DecodeBlocks, but decode(bytes, values) reads the block where it lies.
// Small blocks are faster without a copy, which would be read before the
// processor has finished writing it.
template <typename Block, typename DecodeBlock>
inline void DecodeInPlace(const uint8_t* blocks, int64_t elements,
                          float* values, DecodeBlock decode) {
  for (int64_t i = 0; i < elements / Block::kElements; ++i) {
    decode(blocks, values);
    blocks += sizeof(Block);
    values += Block::kElements;
  }
}

// Likewise, encode(values, bytes) writes every byte of the block. There is no
// importance.
template <typename Block, typename EncodeBlock>
inline void EncodeInPlace(const float* values, int64_t elements,
                          uint8_t* blocks, EncodeBlock encode) {
  for (int64_t i = 0; i < elements / Block::kElements; ++i) {
    encode(values, blocks);
    blocks += sizeof(Block);
    values += Block::kElements;
  }
}

// Encodes a row: calls encode(values, importance), which returns a Block, for
// every block. `importance` may be null, and is then null for every block.
template <typename Block, typename EncodeBlock>
inline void EncodeBlocks(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks,
                         EncodeBlock encode) {
  for (int64_t i = 0; i < elements / Block::kElements; ++i) {
    const Block block = encode(values, importance);
    std::memcpy(blocks, &block, sizeof(block));
    blocks += sizeof(block);
    values += Block::kElements;
    if (importance != nullptr) importance += Block::kElements;
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_BLOCK_ROWS_INL_H_
