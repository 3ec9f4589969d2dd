// Tables of what checkpoints may be besides weights as they are, and of how
// that is told. Names of tensors and methods are those that the libraries
// write.
#ifndef CONVERTER_SOURCE_CHECKPOINT_KINDS_H_
#define CONVERTER_SOURCE_CHECKPOINT_KINDS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// Told by parts of the names of tensors.
struct AdapterKind {
  absl::string_view part;
  absl::string_view what;  // "a LoRA adapter"
  bool merges = true;      // into the matrices of its base model
  // Of its file, but for heads of other tasks and the like.
  bool is_most = false;
};

// Told by tensors of one module, and their types.
struct PackedKind {
  // How their names end, behind the module's, with | between them.
  absl::string_view ends;
  absl::string_view what;               // "" : GPTQ or AWQ, as the shapes are
  absl::string_view types = "";         // of the first, with |; empty: any
  absl::string_view second_types = "";  // of the second
};

// Told by quantization_config of config.json.
struct QuantizationMethod {
  absl::string_view names;  // quant_method, with | between them
  absl::string_view what;
};

// Told by a key of GGUF's metadata.
struct GgufKind {
  absl::string_view key;
  absl::string_view values;  // with | between them
  absl::string_view what;
  absl::string_view advice;
};

// In the order in which they are tried.
absl::Span<const AdapterKind> AdapterKinds();
absl::Span<const PackedKind> PackedKinds();
absl::Span<const QuantizationMethod> QuantizationMethods();
absl::Span<const GgufKind> GgufKinds();

// Methods of quantization_config that are no reason to refuse: weights that can
// be read, if they are F8 with scales; and the blocks in which gpt-oss was
// published, which are no copy of anything else and are kept as they are. Of
// others, hugging_face_quantization.cc knows too.
inline constexpr absl::string_view kMethodsThatAreTaken =
    "fp8|fbgemm_fp8|mxfp4";

// What to do.
inline constexpr absl::string_view kOriginalAdvice =
    "convert the original checkpoint, of 16-bit weights, instead; "
    "--tensors_only converts the packed tensors as they are";
inline constexpr absl::string_view kMergeAdvice =
    "merge it into its base model with merge_and_unload() of peft, and convert "
    "what save_pretrained() makes of that; --tensors_only converts the tensors "
    "as they are";
inline constexpr absl::string_view kNoMergeAdvice =
    "it cannot be merged into its base model; --tensors_only converts the "
    "tensors as they are";

}  // namespace tessera

#endif  // CONVERTER_SOURCE_CHECKPOINT_KINDS_H_
