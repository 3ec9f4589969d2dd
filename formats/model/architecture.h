// What is particular about each architecture: a row of one of the tables
// *_architectures.cc. docs/models.md says how to add one.
#ifndef FORMATS_MODEL_ARCHITECTURE_H_
#define FORMATS_MODEL_ARCHITECTURE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/model/graph_kinds.h"
#include "formats/model/tensor_role.h"

namespace tessera {

enum class TensorPart : uint8_t { kWeight, kBias };

// A tensor of an architecture.
struct TensorSpec {
  TensorRole role;
  TensorPart part = TensorPart::kWeight;
  bool optional = false;
  bool rare = false;  // of an optional one: usual models do not have it
};

// A name of Hugging Face's that differs from the one in tensor_roles.inc, or
// that is an expert's: "mlp.experts.*.up_proj", where * is the expert's number.
struct HuggingFaceName {
  absl::string_view module;
  TensorRole role;
  // Set for a whole name, which ends neither in ".weight" nor in ".bias".
  std::optional<TensorPart> part = std::nullopt;
};

// What the lack of a field of config_fields.inc means to an architecture.
struct ConfigDefault {
  absl::string_view field;
  double value;
  uint64_t layers = 0;  // for models of so many layers; 0: for all
};

// Ends of the names of tensors that carry nothing: rotary frequencies, which
// old checkpoints have though they follow from the configuration, and what
// Transformer Engine keeps for training.
inline constexpr absl::string_view kPrecomputedFrequencies[] = {
    ".rotary_emb.inv_freq",   ".rotary_emb.original_inv_freq",
    ".rotary_emb.cos_cached", ".rotary_emb.sin_cached",
    ".attention.rope.freqs",  "._extra_state"};

// Tensors that come together, in any order: a mixer's, a feed-forward's.
using TensorSpecs = absl::Span<const TensorSpec>;

// Tensors of a layer that come in one of several forms: GGUF's names without
// "blk.N." and ".weight", with "," between those of one form and "|" between
// forms. "ffn_up.*" stands for one of each expert.
using TensorForms = absl::string_view;

struct Architecture {
  absl::string_view name;  // general.architecture of GGUF, prefix of its keys
  // model_type of config.json.
  absl::Span<const absl::string_view> hugging_face_types;
  absl::Span<const TensorSpecs> tensors;
  // Each layer has one form of each of these. Whether one of their tensors is
  // required, they say, and not `tensors`.
  absl::Span<const TensorForms> forms = {};
  absl::Span<const HuggingFaceName> hugging_face_names = {};
  absl::string_view hugging_face_layers = "model.layers.";
  // Ends of the names of tensors that the converter leaves out.
  absl::Span<const absl::string_view> hugging_face_redundant =
      kPrecomputedFrequencies;

  MatrixForm hugging_face_matrices = MatrixForm::kSame;

  RopePairs rope_pairs = RopePairs::kHalves;
  // Most models rotate halves in Hugging Face. Where GGUF has adjacent pairs
  // then, the rows of query and key change their order within each head on the
  // way.
  bool hugging_face_has_adjacent_pairs = false;
  bool permutes_rope_rows() const {
    return rope_pairs == RopePairs::kAdjacent &&
           !hugging_face_has_adjacent_pairs;
  }

  WindowedLayers windowed_layers = WindowedLayers::kNone;
  LayerRope layer_rope = LayerRope::kAlike;
  uint64_t layer_period = 0;    // of kAllButLast and kNotLast
  bool lists_windows = false;   // its GGUF files say which layers have one
  bool denies_scaling = false;  // its GGUF files say that there is none
  // Values that neither a GGUF file nor a config.json of these need to have.
  absl::Span<const ConfigDefault> defaults = {};
  // Keys, without prefix, that files written by llama.cpp's converter do not
  // have as long as they say no more than what readers take without them.
  absl::Span<const absl::string_view> gguf_unsaid = {};

  MixerKind mixer = MixerKind::kAttention;
  QueryKeyNorm query_key_norm = QueryKeyNorm::kHead;  // where the list has them
  FeedForwardKind feed_forward = FeedForwardKind::kGated;
  // model_type of what a config.json describes that says that there are no
  // experts; "": the same.
  absl::string_view hugging_face_without_experts = "";
  // The tensor of the role kUp holds the rows of the gate, and then its own.
  bool gate_is_in_up = false;
  Activation activation = Activation::kSilu;  // unless hidden_act says another
  NormKind norm = NormKind::kRms;
  NormPlacement norms = NormPlacement::kBefore;
  // What normalizes the input of the feed-forward, where norms are before.
  TensorRole feed_forward_norm = TensorRole::kFeedForwardNorm;
  Residual residual = Residual::kInTurn;
  bool divides_logits = false;    // by logit_scale, instead of multiplying
  bool scales_embedding = false;  // by the square root of the hidden size
  // Of so many layers, GGUF's model scales attention as if heads shared the
  // hidden size; 0: none does.
  uint64_t layers_scaled_by_width = 0;
  // The weights of its norms are what is added to 1; GGUF has the sums.
  bool hugging_face_norms_lack_one = false;
};

// All architectures that are described. Whether this version can run one, the
// runtime says.
absl::Span<const Architecture> AllArchitectures();

// True if its models may have a tensor of `role`.
bool ListsRole(const Architecture& architecture, TensorRole role);

// The same of one part of it.
bool ListsTensor(const Architecture& architecture, TensorRole role,
                 TensorPart part);

// By GGUF's name, and by Hugging Face's; nullptr if it is not described.
const Architecture* FindArchitecture(absl::string_view name);
const Architecture* FindHuggingFaceArchitecture(absl::string_view model_type);

}  // namespace tessera

#endif  // FORMATS_MODEL_ARCHITECTURE_H_
