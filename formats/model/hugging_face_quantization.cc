#include "formats/model/hugging_face_quantization.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "formats/json/json_member.h"
#include "formats/model/config_field.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

constexpr absl::string_view kKey = "quantization_config";

// Scaled float8 weights are read as what they stand for; nothing else is.
bool IsReadable(JsonValue quantization) {
  const absl::string_view method = FindText(quantization, "quant_method");
  return method.empty() || method == "fp8" || method == "fbgemm_fp8" ||
         (method == "compressed-tensors" &&
          FindText(quantization, "format") == "float-quantized");
}

}  // namespace

absl::Status ReadHuggingFaceQuantization(JsonValue json,
                                         HuggingFaceConfig* config) {
  const std::optional<JsonValue> quantization = FindMember(json, kKey);
  if (!quantization.has_value()) return absl::OkStatus();
  config->quantized = true;
  if (!IsReadable(*quantization)) {
    config->model.add_not_understood(absl::StrCat(
        "config.json: ", kKey, " of method ",
        Quoted(FindText(*quantization, "quant_method")), " is not supported"));
  }
  const auto value = FindMember(*quantization, "weight_block_size");
  if (!value.has_value()) return absl::OkStatus();
  const absl::StatusOr<std::vector<uint64_t>> sizes = JsonUintArray(*value);
  const auto is_size = [](uint64_t size) {
    return size > 0 && size <= kMaxConfigCount;
  };
  if (!sizes.ok() || sizes->size() != 2 || !is_size((*sizes)[0]) ||
      !is_size((*sizes)[1])) {
    return ConfigError("weight_block_size",
                       absl::StrCat("is ", JsonText(*value),
                                    ", expected two positive integers"));
  }
  config->float8_block_rows = (*sizes)[0];
  config->float8_block_columns = (*sizes)[1];
  return absl::OkStatus();
}

}  // namespace tessera
