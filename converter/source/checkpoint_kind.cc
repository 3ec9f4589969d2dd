#include "converter/source/checkpoint_kind.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "base/quoted.h"
#include "converter/source/checkpoint_kinds.h"
#include "formats/json/json_document.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

using Tensors = absl::flat_hash_map<absl::string_view, const SourceTensor*>;

std::string Described(const SourceTensor& tensor) {
  return absl::StrCat(Quoted(tensor.source_name), " (", DTypeName(tensor.type),
                      ")");
}

// `evidence` of `tensor`'s file shows that it is `what`.
absl::Status Refused(const SourceTensor& tensor, const WeightSource& source,
                     absl::string_view what, absl::string_view evidence,
                     absl::string_view advice) {
  return absl::UnimplementedError(
      absl::StrCat(source.files[tensor.parts[0].file].path(), ": this is ",
                   what, ", which is not read (", evidence, "); ", advice));
}

bool IsOneOf(absl::string_view name, absl::string_view names) {
  for (const absl::string_view one : absl::StrSplit(names, '|')) {
    if (one == name) return true;
  }
  return false;
}

// True for tensors that hold numbers as they are; for masks, counters and
// scales too.
bool IsPlain(const SourceTensor& tensor) {
  constexpr DType kPlain[] = {DType::kF64,     DType::kF32,     DType::kF16,
                              DType::kBF16,    DType::kF8_E4M3, DType::kF8_E5M2,
                              DType::kF8_E8M0, DType::kBOOL,    DType::kI64};
  return tensor.shape.size() < 2 ||
         std::find(std::begin(kPlain), std::end(kPlain), tensor.type) !=
             std::end(kPlain);
}

// What quantization_config says, or MLX's quantization.
struct ConfiguredMethod {
  std::string key;        // in config.json
  std::string method;     // quant_method; for MLX "mlx"
  std::string algorithm;  // quant_algo, of ModelOpt
};

std::optional<ConfiguredMethod> MethodOf(absl::string_view config) {
  if (config.empty()) return std::nullopt;
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(config);
  if (!document.ok()) return std::nullopt;
  for (const absl::string_view key :
       {"quantization_config", "compression_config"}) {
    std::optional<JsonValue> value = FindMember(document->root(), key);
    const auto text = FindMember(document->root(), "text_config");
    if (!value.has_value() && text.has_value() && text->is_object()) {
      value = FindMember(*text, key);
    }
    if (!value.has_value() || !value->is_object()) continue;
    std::string method(FindText(*value, "quant_method"));
    const std::string algorithm(FindText(*value, "quant_algo"));
    if (method.empty()) method = algorithm;
    for (const absl::string_view flag : {"load_in_4bit", "load_in_8bit"}) {
      if (method.empty() && FindBool(*value, flag).value_or(false)) {
        method = "bitsandbytes";
      }
    }
    return ConfiguredMethod{std::string(key), method, algorithm};
  }
  const auto mlx = FindMember(document->root(), "quantization");
  if (mlx.has_value() && mlx->is_object() &&
      FindMember(*mlx, "bits").has_value()) {
    return ConfiguredMethod{"quantization", "mlx", ""};
  }
  return std::nullopt;
}

// "a GPTQ checkpoint"; empty for what is in no table.
std::string NameOf(const ConfiguredMethod& configured) {
  constexpr absl::string_view kUsual = "NVFP4|FP8";
  constexpr size_t kLongest = 32;
  const std::string& algorithm = configured.algorithm;
  const bool is_name =
      std::all_of(algorithm.begin(), algorithm.end(),
                  [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
  if (!algorithm.empty() && is_name && algorithm.size() <= kLongest &&
      !IsOneOf(algorithm, kUsual)) {
    return absl::StrCat("a ModelOpt checkpoint (", algorithm, ")");
  }
  for (const QuantizationMethod& row : QuantizationMethods()) {
    if (IsOneOf(configured.method, row.names)) return std::string(row.what);
  }
  return "";
}

// True if `source` has little but tensors of `kind`.
bool IsMost(const WeightSource& source, const AdapterKind& kind) {
  constexpr ptrdiff_t kMostOthers = 8;
  return std::count_if(source.tensors.begin(), source.tensors.end(),
                       [&](const SourceTensor& tensor) {
                         return !absl::StrContains(
                             absl::StrCat(".", tensor.source_name), kind.part);
                       }) <= kMostOthers;
}

absl::Status CheckAdapters(const WeightSource& source) {
  const AdapterKind* kind = nullptr;
  const SourceTensor* first = nullptr;
  for (const SourceTensor& tensor : source.tensors) {
    const std::string name = absl::StrCat(".", tensor.source_name);
    for (const AdapterKind& row : AdapterKinds()) {
      // What comes first in the table says more.
      if (kind != nullptr && &row >= kind) break;
      if (!absl::StrContains(name, row.part)) continue;
      kind = &row;
      first = &tensor;
      break;
    }
  }
  if (kind == nullptr || (kind->is_most && !IsMost(source, *kind))) {
    return absl::OkStatus();
  }
  const bool has_base = std::any_of(
      source.tensors.begin(), source.tensors.end(),
      [](const SourceTensor& tensor) {
        return absl::StrContains(tensor.source_name, ".base_layer.") ||
               absl::EndsWith(tensor.source_name, "embed_tokens.weight");
      });
  return Refused(
      *first, source,
      has_base
          ? absl::StrCat("a model with ", kind->what, " that is not merged")
          : std::string(kind->what),
      Described(*first), kind->merges ? kMergeAdvice : kNoMergeAdvice);
}

bool IsOfType(const SourceTensor& tensor, absl::string_view types) {
  return types.empty() || IsOneOf(DTypeName(tensor.type), types);
}

// The tensor of `tensors` that makes it one of `row`; null if none does.
const SourceTensor* FindEvidence(const WeightSource& source,
                                 const Tensors& tensors,
                                 const PackedKind& row) {
  const std::vector<absl::string_view> ends = absl::StrSplit(row.ends, '|');
  for (const SourceTensor& tensor : source.tensors) {
    absl::string_view module = tensor.source_name;
    if (!absl::ConsumeSuffix(&module, ends[0]) ||
        !IsOfType(tensor, row.types)) {
      continue;
    }
    bool all = true;
    for (size_t i = 1; i < ends.size() && all; ++i) {
      const auto other = tensors.find(absl::StrCat(module, ends[i]));
      all = other != tensors.end() &&
            (i > 1 || IsOfType(*other->second, row.second_types));
    }
    if (all) return &tensor;
  }
  return nullptr;
}

// AWQ packs the outputs of a matrix, GPTQ its inputs.
absl::string_view GptqOrAwq(const SourceTensor& qweight,
                            const Tensors& tensors) {
  absl::string_view module = qweight.source_name;
  absl::ConsumeSuffix(&module, ".qweight");
  const auto scales = tensors.find(absl::StrCat(module, ".scales"));
  const bool packs_outputs =
      scales != tensors.end() && scales->second->columns() > qweight.columns();
  return packs_outputs ? "an AWQ checkpoint" : "a GPTQ checkpoint";
}

// True if `shown`, of tensors, says as much as `said`, of config.json, or more:
// "a bitsandbytes checkpoint (4 bits)" says more than the method.
bool SaysMore(absl::string_view shown, absl::string_view said) {
  if (said.empty()) return true;
  if (absl::EndsWith(said, ")")) return false;
  const std::vector<absl::string_view> words = absl::StrSplit(said, ' ');
  return absl::StrContains(shown, words[1]);
}

absl::Status CheckPacked(const WeightSource& source,
                         const std::optional<ConfiguredMethod>& configured) {
  Tensors tensors;
  for (const SourceTensor& tensor : source.tensors) {
    tensors.emplace(tensor.source_name, &tensor);
  }
  for (const PackedKind& row : PackedKinds()) {
    const SourceTensor* evidence = FindEvidence(source, tensors, row);
    if (evidence == nullptr) continue;
    const std::string said = configured.has_value() ? NameOf(*configured) : "";
    absl::string_view what = row.what;
    if (what.empty()) what = GptqOrAwq(*evidence, tensors);
    const std::vector<absl::string_view> ends = absl::StrSplit(row.ends, '|');
    std::string shown = Described(*evidence);
    if (ends.size() > 1) {
      absl::StrAppend(
          &shown, " with ",
          absl::StrJoin(absl::MakeConstSpan(ends).subspan(1), ", "));
    }
    return Refused(*evidence, source, SaysMore(what, said) ? what : said, shown,
                   kOriginalAdvice);
  }
  return absl::OkStatus();
}

// What config.json says, if the tensors do not contradict it.
absl::Status CheckMethod(const WeightSource& source,
                         const ConfiguredMethod& configured) {
  if (IsOneOf(configured.method, kMethodsThatAreTaken)) return absl::OkStatus();
  for (const SourceTensor& tensor : source.tensors) {
    if (IsPlain(tensor)) continue;
    const std::string said = NameOf(configured);
    return Refused(
        tensor, source, said.empty() ? "a quantized checkpoint" : said,
        absl::StrCat("config.json: ", configured.key, " of method ",
                     Quoted(configured.method), ", with ", Described(tensor)),
        kOriginalAdvice);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCheckpointKind(const WeightSource& source,
                                 absl::string_view config) {
  if (absl::Status status = CheckAdapters(source); !status.ok()) return status;
  const std::optional<ConfiguredMethod> configured = MethodOf(config);
  if (absl::Status status = CheckPacked(source, configured); !status.ok()) {
    return status;
  }
  return configured.has_value() ? CheckMethod(source, *configured)
                                : absl::OkStatus();
}

absl::Status CheckGgufKind(const GgufMetadata& metadata) {
  const auto text = [&](absl::string_view key) -> absl::string_view {
    return metadata.GetString(key).value_or("");
  };
  for (const GgufKind& row : GgufKinds()) {
    if (!IsOneOf(text(row.key), row.values)) continue;
    return absl::UnimplementedError(
        absl::StrCat("this is ", row.what, ", not a model (", row.key, " is ",
                     Quoted(text(row.key)), "); ", row.advice));
  }
  return absl::OkStatus();
}

}  // namespace tessera
