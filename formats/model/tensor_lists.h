// Tensors in the parts that models are built of, for the rows of architectures.
#ifndef FORMATS_MODEL_TENSOR_LISTS_H_
#define FORMATS_MODEL_TENSOR_LISTS_H_

#include "formats/model/architecture.h"

namespace tessera::tensor_lists {

using Role = TensorRole;
inline constexpr TensorPart kWeight = TensorPart::kWeight;
inline constexpr TensorPart kBias = TensorPart::kBias;
inline constexpr bool kOptional = true;
inline constexpr bool kRare = true;

// ---- outside of layers ----

inline constexpr TensorSpec kEmbeddings[] = {
    {Role::kTokenEmbedding},
    {Role::kOutputNorm},
    {Role::kOutput, kWeight, kOptional},  // else the embedding
};
inline constexpr TensorSpec kEmbeddingsWithoutNorm[] = {
    {Role::kTokenEmbedding},
    {Role::kOutput, kWeight, kOptional},
};
inline constexpr TensorSpec kRopeFactors[] = {
    {Role::kRopeFactors, kWeight, kOptional}};
inline constexpr TensorSpec kLongRopeFactors[] = {
    {Role::kRopeFactorsLong, kWeight, kOptional, kRare},
    {Role::kRopeFactorsShort, kWeight, kOptional, kRare},
};
inline constexpr TensorSpec kPositions[] = {{Role::kPositionEmbedding}};

// ---- attention ----

inline constexpr TensorSpec kProjections[] = {
    {Role::kAttentionQuery},
    {Role::kAttentionKey},
    {Role::kAttentionValue},
    {Role::kAttentionOutput},
};
inline constexpr TensorSpec kQkvBiases[] = {
    {Role::kAttentionQuery, kBias, kOptional},
    {Role::kAttentionKey, kBias, kOptional},
    {Role::kAttentionValue, kBias, kOptional},
};
inline constexpr TensorSpec kRareQkvBiases[] = {
    {Role::kAttentionQuery, kBias, kOptional, kRare},
    {Role::kAttentionKey, kBias, kOptional, kRare},
    {Role::kAttentionValue, kBias, kOptional, kRare},
};
inline constexpr TensorSpec kRareOutputBias[] = {
    {Role::kAttentionOutput, kBias, kOptional, kRare}};
inline constexpr TensorSpec kQkvInOne[] = {
    {Role::kAttentionQkv},
    {Role::kAttentionOutput},
};
inline constexpr TensorSpec kQkvInOneBiases[] = {
    {Role::kAttentionQkv, kBias},
    {Role::kAttentionOutput, kBias},
};
inline constexpr TensorSpec kQueryKeyNorms[] = {
    {Role::kAttentionQueryNorm},
    {Role::kAttentionKeyNorm},
};
inline constexpr TensorSpec kRareQueryKeyNorms[] = {
    {Role::kAttentionQueryNorm, kWeight, kOptional, kRare},
    {Role::kAttentionKeyNorm, kWeight, kOptional, kRare},
};

// ---- feed-forward ----

inline constexpr TensorSpec kGated[] = {
    {Role::kGate},
    {Role::kUp},
    {Role::kDown},
};
inline constexpr TensorSpec kRareGatedBiases[] = {
    {Role::kGate, kBias, kOptional, kRare},
    {Role::kUp, kBias, kOptional, kRare},
    {Role::kDown, kBias, kOptional, kRare},
};
// Without a gate, or with one that is a part of kUp.
inline constexpr TensorSpec kUpAndDown[] = {{Role::kUp}, {Role::kDown}};
inline constexpr TensorSpec kUpAndDownBiases[] = {
    {Role::kUp, kBias, kOptional},
    {Role::kDown, kBias, kOptional},
};

// ---- norms ----

inline constexpr TensorSpec kPreNorms[] = {
    {Role::kAttentionNorm},
    {Role::kFeedForwardNorm},
};
inline constexpr TensorSpec kPostNorms[] = {
    {Role::kPostAttentionNorm},
    {Role::kPostFeedForwardNorm},
};
// Of LayerNorm.
inline constexpr TensorSpec kNormBiases[] = {
    {Role::kAttentionNorm, kBias, kOptional},
    {Role::kFeedForwardNorm, kBias, kOptional},
    {Role::kOutputNorm, kBias, kOptional},
};

}  // namespace tessera::tensor_lists

#endif  // FORMATS_MODEL_TENSOR_LISTS_H_
