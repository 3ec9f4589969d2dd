// What is particular about each architecture: a row of architectures.cc.
// docs/models.md says how to add one.
#ifndef FORMATS_MODEL_ARCHITECTURE_H_
#define FORMATS_MODEL_ARCHITECTURE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/model/tensor_role.h"

namespace tessera {

enum class TensorPart : uint8_t { kWeight, kBias };

// Which elements of a head rotary position embedding rotates together, in the
// order of the rows that GGUF and arenas have.
enum class RopePairs : uint8_t {
  kAdjacent,  // 2 i and 2 i + 1
  kHalves,    // i and i + half of the rotated dimensions
};

enum class Activation : uint8_t { kSilu, kGelu };

// Where a layer normalizes what attention and feed-forward read and write.
enum class NormPlacement : uint8_t {
  kBefore,  // x + f(norm(x))
  kAround,  // x + norm(f(norm(x)))
};

enum class MixerKind : uint8_t {
  kAttention,        // grouped queries
  kLatentAttention,  // DeepSeek's
};

enum class FeedForwardKind : uint8_t { kGated, kExperts };

// A tensor of an architecture.
struct TensorSpec {
  TensorRole role;
  TensorPart part = TensorPart::kWeight;
  bool optional = false;
};

// A name of Hugging Face's that differs from the one in tensor_roles.inc, or
// that is an expert's: "mlp.experts.*.up_proj", where * is the expert's number.
struct HuggingFaceName {
  absl::string_view module;
  TensorRole role;
  // Set for a whole name, which ends neither in ".weight" nor in ".bias".
  std::optional<TensorPart> part = std::nullopt;
};

// Ends of the names of tensors that carry nothing: rotary frequencies, which
// old checkpoints have though they follow from the configuration.
inline constexpr absl::string_view kPrecomputedFrequencies[] = {
    ".rotary_emb.inv_freq", ".attention.rope.freqs"};

// Tensors that come together, in any order: a mixer's, a feed-forward's.
using TensorSpecs = absl::Span<const TensorSpec>;

struct Architecture {
  absl::string_view name;  // general.architecture of GGUF, prefix of its keys
  // model_type of config.json.
  absl::Span<const absl::string_view> hugging_face_types;
  absl::Span<const TensorSpecs> tensors;
  absl::Span<const HuggingFaceName> hugging_face_names = {};
  absl::string_view hugging_face_layers = "model.layers.";
  // Ends of the names of tensors that the converter leaves out.
  absl::Span<const absl::string_view> hugging_face_redundant =
      kPrecomputedFrequencies;

  RopePairs rope_pairs = RopePairs::kHalves;
  // Hugging Face rotates halves always; where GGUF has adjacent pairs, the rows
  // of query and key change their order within each head on the way.
  bool permutes_rope_rows() const { return rope_pairs == RopePairs::kAdjacent; }

  MixerKind mixer = MixerKind::kAttention;
  FeedForwardKind feed_forward = FeedForwardKind::kGated;
  Activation activation = Activation::kSilu;
  NormPlacement norms = NormPlacement::kBefore;
};

// All architectures that are described. Whether this version can run one, the
// runtime says.
absl::Span<const Architecture> AllArchitectures();

// By GGUF's name, and by Hugging Face's; nullptr if it is not described.
const Architecture* FindArchitecture(absl::string_view name);
const Architecture* FindHuggingFaceArchitecture(absl::string_view model_type);

}  // namespace tessera

#endif  // FORMATS_MODEL_ARCHITECTURE_H_
