// Names of tensors: the one parser of them, for both halves.
#ifndef FORMATS_MODEL_TENSOR_NAME_H_
#define FORMATS_MODEL_TENSOR_NAME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_role.h"

namespace tessera {

// What a name says.
struct TensorName {
  TensorRole role;
  TensorPart part = TensorPart::kWeight;
  // Of roles within layers.
  std::optional<uint64_t> layer = std::nullopt;
  // Of the matrix of one expert, as Hugging Face has them.
  std::optional<uint64_t> expert = std::nullopt;

  friend bool operator==(const TensorName&, const TensorName&) = default;
};

// "blk.3.attn_q.weight"; nullopt for a name that is not known. Numbers are
// decimal, without leading zeros, and below 2^32, so that counting with them
// does not overflow.
std::optional<TensorName> ParseGgufName(absl::string_view name);

// "model.layers.3.self_attn.q_proj.weight", as `architecture` calls its tensors
// or, where it says nothing, as most do; nullopt for a name that is neither.
// Whether the architecture has such a tensor is not asked: an extra bias is
// still named.
std::optional<TensorName> ParseHuggingFaceName(
    absl::string_view name, const Architecture& architecture);

// The reverse, for messages: how most checkpoints of `architecture` call a
// tensor; an expert's with "*" for its number. GGUF's name if there is no usual
// one.
std::string HuggingFaceNameOf(const TensorName& name,
                              const Architecture& architecture);

// True for a tensor of `architecture` that carries nothing.
bool IsRedundantHuggingFaceName(absl::string_view name,
                                const Architecture& architecture);

// GGUF's spelling. An expert's matrix has the name of the tensor that holds all
// experts'.
std::string GgufName(const TensorName& name);
std::string GgufName(TensorRole role, TensorPart part = TensorPart::kWeight);

// The name of a fused group of a layer: "blk.3.attn_qkv".
std::string GgufGroupName(FuseGroup group, uint64_t layer);

// The layer of any name that begins with "blk.N.", known or not; nullopt for
// tensors outside of layers.
std::optional<uint64_t> LayerOf(absl::string_view gguf_name);

// The rest of such a name: "attn_q.weight"; the whole name outside of layers.
absl::string_view NameInLayer(absl::string_view gguf_name);

// The layer of any name of any file: the first number between its dots, as in
// "model.layers.3.mlp.up_proj.weight". For pictures: it may be wrong.
std::optional<uint64_t> GuessedLayerOf(absl::string_view name);

}  // namespace tessera

#endif  // FORMATS_MODEL_TENSOR_NAME_H_
