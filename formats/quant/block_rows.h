// Rows of blocks from functions on one block.
#ifndef FORMATS_QUANT_BLOCK_ROWS_H_
#define FORMATS_QUANT_BLOCK_ROWS_H_

#include <cstdint>
#include <cstring>

namespace tessera {

// Decodes a row: calls decode(block, values) for every block.
template <typename Block, typename DecodeBlock>
void DecodeBlocks(const uint8_t* blocks, int64_t elements, float* values,
                  DecodeBlock decode) {
  for (int64_t i = 0; i < elements / Block::kElements; ++i) {
    Block block;
    std::memcpy(&block, blocks, sizeof(block));
    decode(block, values);
    blocks += sizeof(block);
    values += Block::kElements;
  }
}

// Encodes a row: calls encode(values, importance), which returns a Block, for
// every block. `importance` may be null, and is then null for every block.
template <typename Block, typename EncodeBlock>
void EncodeBlocks(const float* values, int64_t elements,
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

}  // namespace tessera

#endif  // FORMATS_QUANT_BLOCK_ROWS_H_
