// The kinds of parts that the graphs of architectures are built of.
#ifndef FORMATS_MODEL_GRAPH_KINDS_H_
#define FORMATS_MODEL_GRAPH_KINDS_H_

#include <cstdint>

namespace tessera {

// Which elements of a head rotary position embedding rotates together, in the
// order of the rows that GGUF and arenas have.
enum class RopePairs : uint8_t {
  kAdjacent,  // 2 i and 2 i + 1
  kHalves,    // i and i + half of the rotated dimensions
  kNone,      // none: positions have an embedding of their own
};

// What queries and keys are normalized by, before they are rotated.
enum class QueryKeyNorm : uint8_t {
  kHead,      // each head, by the same vector
  kEachHead,  // each head, by a vector of its own: a matrix [heads, head_dim]
  kAllHeads,  // all heads of a token as one vector
};

enum class Activation : uint8_t {
  kSilu,
  kGelu,  // with the tangent: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  kGeluErf,  // 0.5 x (1 + erf(x / sqrt(2)))
  kRelu,
  kReluSquared,
};

enum class NormKind : uint8_t {
  kRms,
  kLayerNorm,       // with a weight, and a bias where there is one
  kPlainLayerNorm,  // with neither: there are no tensors
};

// Where a layer normalizes what attention and feed-forward read and write.
enum class NormPlacement : uint8_t {
  kBefore,  // x + f(norm(x))
  kAround,  // x + norm(f(norm(x)))
  kAfter,   // x + norm(f(x))
};

enum class MixerKind : uint8_t {
  kAttention,        // grouped queries
  kLatentAttention,  // DeepSeek's
};

enum class FeedForwardKind : uint8_t {
  kGated,  // down(act(gate(x)) * up(x))
  kExperts,
  kPlain,  // down(act(up(x)))
};

}  // namespace tessera

#endif  // FORMATS_MODEL_GRAPH_KINDS_H_
