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

// Which layers have a window, where a file says no more than its size.
enum class WindowedLayers : uint8_t {
  kNone,  // a window is not understood
  kAll,
  kAllButLast,  // of a period
  kFrom,        // Hugging Face's max_window_layers on
};

// Which layers rotate queries and keys, and by which frequencies.
enum class LayerRope : uint8_t {
  kAlike,           // all by the same
  kLocalInWindows,  // those with a window by rope_local_theta, without scaling
  kOnlyInWindows,   // those with a window only, if there are any
  kNotLast,         // all but the last of a period
};

// How attention and feed-forward are added to what a layer gets.
enum class Residual : uint8_t {
  kInTurn,       // x + attention, then what the feed-forward makes of that
  kParallel,     // x + attention + feed-forward, both of x
  kConfigured,   // as parallel_residual says
  kWithoutNorm,  // parallel in layers that have no norm for the feed-forward
};

// How a Hugging Face checkpoint stores matrices of layers, compared with GGUF.
enum class MatrixForm : uint8_t {
  kSame,
  kTransposed,  // [columns, rows]
  kQkvByHead,   // rows of kAttentionQkv: q, k and v of a head, then the next
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
