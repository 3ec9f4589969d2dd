#include "converter/gguf_quantized_form.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "converter/gguf_file_type.h"
#include "converter/quantize/layer_order.h"
#include "converter/quantize/model_summary.h"
#include "formats/gguf/gguf_split.h"

namespace tessera {
namespace {

// What llama.cpp has room for in a value that it sets.
constexpr size_t kMaxTextBytes = 127;

void SetText(absl::string_view key, absl::string_view text,
             GgufMetadata* metadata) {
  metadata->SetLast(key, GgufValue::String(text.substr(0, kMaxTextBytes)));
}

void SetImportance(const ImportanceMatrix& importance, GgufMetadata* metadata) {
  SetText("quantize.imatrix.file", importance.path(), metadata);
  if (!importance.data_set().empty()) {
    SetText("quantize.imatrix.dataset", importance.data_set(), metadata);
  }
  metadata->SetLast(
      "quantize.imatrix.entries_count",
      GgufValue::Scalar(static_cast<uint32_t>(importance.tensors())));
  if (importance.chunks() != 0) {
    metadata->SetLast("quantize.imatrix.chunks_count",
                      GgufValue::Scalar(importance.chunks()));
  }
}

}  // namespace

void GiveQuantizedForm(const WeightSource& source, const QuantizeRecipe& recipe,
                       GgufPlanFile* file) {
  file->tensors = InLayerOrder(SummarizeTensors(source));
  file->trims_shapes = true;
  file->layout.reset();
  file->original_name.clear();
  file->original_sha256.clear();
  GgufMetadata& metadata = file->metadata;
  metadata.SetLast("general.quantization_version",
                   GgufValue::Scalar(kGgufQuantizationVersion));
  const GgufValue* said = metadata.Find(kGgufFileTypeKey);
  if (!recipe.keeps()) {
    const std::optional<uint32_t> type = GgufFileType(recipe.name());
    metadata.Remove(kGgufFileTypeKey);
    if (type.has_value()) {
      metadata.Append(kGgufFileTypeKey, GgufValue::Scalar(*type));
    }
  } else if (said != nullptr) {
    metadata.SetLast(kGgufFileTypeKey, GgufValue(*said));
  }
  for (const absl::string_view key : kGgufSplitKeys) metadata.Remove(key);
  if (recipe.importance != nullptr) {
    SetImportance(*recipe.importance, &metadata);
  }
}

}  // namespace tessera
