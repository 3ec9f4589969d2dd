#include "converter/source/checkpoint_kinds.h"

namespace tessera {
namespace {

constexpr AdapterKind kAdapters[] = {
    {".lora_magnitude_vector", "a DoRA adapter"},
    {".dora_scale", "a DoRA adapter"},
    {".lora_A.", "a LoRA adapter"},
    {".lora_B.", "a LoRA adapter"},
    {".lora_embedding_A", "a LoRA adapter"},
    {".lora_embedding_B", "a LoRA adapter"},
    {".lora_a", "a LoRA adapter"},  // of MLX
    {".lora_b", "a LoRA adapter"},
    {".lora_down.", "a LoRA adapter"},  // of diffusion models
    {".lora_up.", "a LoRA adapter"},
    {".lora.down.", "a LoRA adapter"},
    {".lora.up.", "a LoRA adapter"},
    {"_lora.down.", "a LoRA adapter"},
    {"_lora.up.", "a LoRA adapter"},
    {".hada_w1_", "a LoHa adapter"},
    {".lokr_w", "a LoKr adapter"},
    {".ia3_l", "an IA3 adapter"},
    {".oft_r.", "an OFT adapter"},
    {".oft_R.", "an OFT adapter"},
    {".boft_R.", "a BOFT adapter"},
    {".vera_lambda_", "a VeRA adapter"},
    {".fourierft_spectrum", "a FourierFT adapter"},
    {".bone_block", "a Bone adapter"},
    {".randlora_", "a RandLoRA adapter"},
    {".adaption_prompt", "an adapter (LLaMA-Adapter)", /*merges=*/false},
    {".prompt_embeddings", "a tuned prompt", /*merges=*/false,
     /*is_most=*/true},
};

constexpr absl::string_view kIntegers = "I8|I16|I32|I64|U8|U16|U32|U64";

constexpr PackedKind kPacked[] = {
    // bitsandbytes
    {".weight.absmax", "a bitsandbytes checkpoint (4 bits)"},
    {".weight.quant_state.bitsandbytes__nf4",
     "a bitsandbytes checkpoint (4 bits)"},
    {".weight.quant_state.bitsandbytes__fp4",
     "a bitsandbytes checkpoint (4 bits)"},
    {".SCB", "a bitsandbytes checkpoint (8 bits)"},
    // Those that look like GPTQ come before it.
    {".qweight|.wscales", "an SVDQuant checkpoint", kIntegers},
    {".qweight|.g_idx", "a GPTQ checkpoint", kIntegers},
    {".qweight|.scales", "", kIntegers},
    {".qweight|.qzeros", "", kIntegers},
    {".B|.s", "a GPTQ checkpoint (Marlin)", "I32"},
    {".B_24|.s", "a GPTQ checkpoint (Marlin)", "I32"},
    {".q_weight|.q_scale", "an EXL2 checkpoint", kIntegers},
    {".trellis|.suh", "an EXL3 checkpoint", kIntegers},
    {".trellis|.svh", "an EXL3 checkpoint", kIntegers},
    {".trellis|.SU", "a QTIP checkpoint", kIntegers},
    {".Qidxs", "a QuIP# checkpoint", kIntegers},
    {".codes|.codebooks", "an AQLM checkpoint", kIntegers},
    {".indices|.centroids.weight", "a VPTQ checkpoint", kIntegers},
    {".dense_weights|.row_offsets", "a SpQR checkpoint", kIntegers},
    {".W_q", "an HQQ checkpoint", "U8|I32"},
    {".weight|.scales|.tables", "a HIGGS checkpoint", kIntegers},
    // compressed-tensors and ModelOpt
    {".weight_packed|.weight_global_scale",
     "a compressed-tensors checkpoint (NVFP4)", kIntegers},
    {".weight_packed", "a compressed-tensors checkpoint (packed)", kIntegers},
    {".compressed|.bitmask", "a compressed-tensors checkpoint (sparse)"},
    {".weight_scale_2", "an NVFP4 checkpoint (ModelOpt)"},
    {"_weight_scale_2", "an NVFP4 checkpoint (ModelOpt)"},
    {".weight|.weight_scale", "an MXFP8 checkpoint", "F8_E4M3", "U8"},
    {".weight|.weight_scale_inv", "an MXFP8 checkpoint", "F8_E4M3", "U8"},
    {".weight|.weight_scale", "a checkpoint with weights of 4 bits or fewer",
     "U8"},
    {".weight|.weight_scale", "a checkpoint of F8 weights of AMD's kind",
     "F8_E4M3FNUZ"},
    {".weight|.weight_scale_inv", "a checkpoint of F8 weights of AMD's kind",
     "F8_E4M3FNUZ"},
    // MLX
    {".weight|.scales|.biases", "an MLX checkpoint (quantized)", "U32"},
    {".weight|.scales", "an MLX checkpoint (quantized)", "U32"},
    // Weights as subclasses of tensors
    {".weight._data|.weight._scale", "a Quanto checkpoint"},
    {".weight._data", "a Quanto checkpoint"},
    {".weight._data._data", "a Quanto checkpoint"},  // of 4 and of 2 bits
    {"_weight_qdata", "a torchao checkpoint"},
    {".weight_qdata", "a torchao checkpoint"},
    {".weight:qdata", "a torchao checkpoint"},
    {".weight|.scale_and_zero", "a torchao checkpoint (4 bits)", kIntegers},
    {".weight|.scales_and_zeros", "a torchao checkpoint (4 bits)", kIntegers},
    // Integers with scales
    {".weight|.weight_scales", "an EETQ checkpoint", "I8"},
    {".weight|.weight_scale", "a checkpoint of 8-bit integers with scales",
     "I8"},
    {".weight|.scales", "a checkpoint of 8-bit integers with scales", "I8"},
};

constexpr QuantizationMethod kMethods[] = {
    {"gptq|gptqmodel|marlin|gptq_marlin|gptq_marlin_24", "a GPTQ checkpoint"},
    {"awq|awq_marlin", "an AWQ checkpoint"},
    {"auto-round|auto_round|intel/auto-round|intel/auto_round",
     "an AutoRound checkpoint"},
    {"bitsandbytes|bitsandbytes_4bit|bitsandbytes_8bit",
     "a bitsandbytes checkpoint"},
    {"compressed-tensors|sparseml", "a compressed-tensors checkpoint"},
    {"modelopt|modelopt_fp4|nvfp4|NVFP4", "a ModelOpt checkpoint"},
    {"bitblas|gptq_bitblas", "a BitBLAS checkpoint"},
    {"hqq", "an HQQ checkpoint"},
    {"eetq", "an EETQ checkpoint"},
    {"quanto", "a Quanto checkpoint"},
    {"torchao", "a torchao checkpoint"},
    {"quark", "a Quark checkpoint"},
    {"vptq", "a VPTQ checkpoint"},
    {"aqlm", "an AQLM checkpoint"},
    {"spqr", "a SpQR checkpoint"},
    {"quip|quip#", "a QuIP# checkpoint"},
    {"higgs", "a HIGGS checkpoint"},
    {"bitnet", "a BitNet checkpoint"},
    {"exl2|exllamav2", "an EXL2 checkpoint"},
    {"exl3|exllamav3", "an EXL3 checkpoint"},
    {"fp_quant", "an FP-Quant checkpoint"},
    {"mlx", "an MLX checkpoint (quantized)"},
};

constexpr absl::string_view kMergeGguf =
    "merge it with llama-export-lora, and convert the result; --tensors_only "
    "converts its tensors as they are";
constexpr absl::string_view kTensorsOnly =
    "--tensors_only converts its tensors as they are";

constexpr GgufKind kGguf[] = {
    {"general.type", "adapter", "a LoRA adapter", kMergeGguf},
    {"adapter.type", "lora", "a LoRA adapter", kMergeGguf},
    {"general.type", "imatrix", "an importance matrix",
     "give it as --imatrix beside the model"},
    {"general.architecture", "imatrix", "an importance matrix",
     "give it as --imatrix beside the model"},
    {"general.type", "controlvector", "a control vector", kTensorsOnly},
    {"general.architecture", "controlvector", "a control vector", kTensorsOnly},
    {"general.type", "mmproj|clip-vision", "an encoder of images or sounds",
     "give the GGUF file of the model itself; --tensors_only converts the "
     "tensors of this one as they are"},
    {"general.architecture", "clip", "an encoder of images or sounds",
     "give the GGUF file of the model itself; --tensors_only converts the "
     "tensors of this one as they are"},
};

}  // namespace

absl::Span<const AdapterKind> AdapterKinds() { return kAdapters; }
absl::Span<const PackedKind> PackedKinds() { return kPacked; }
absl::Span<const QuantizationMethod> QuantizationMethods() { return kMethods; }
absl::Span<const GgufKind> GgufKinds() { return kGguf; }

}  // namespace tessera
