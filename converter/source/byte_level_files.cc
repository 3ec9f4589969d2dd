#include "converter/source/byte_level_files.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_document.h"

namespace tessera {
namespace {

struct ClassOfModels {
  absl::string_view model_type;
  absl::string_view tokenizer_class;
};
constexpr ClassOfModels kClasses[] = {
    {"gpt2", "GPT2Tokenizer"},       {"gpt_neo", "GPT2Tokenizer"},
    {"gptj", "GPT2Tokenizer"},       {"gpt_bigcode", "GPT2Tokenizer"},
    {"starcoder2", "GPT2Tokenizer"}, {"opt", "GPT2Tokenizer"},
    {"codegen", "CodeGenTokenizer"}, {"phi", "CodeGenTokenizer"},
    {"qwen2", "Qwen2Tokenizer"},     {"qwen2_moe", "Qwen2Tokenizer"},
    {"qwen3", "Qwen2Tokenizer"},     {"qwen3_moe", "Qwen2Tokenizer"},
};

constexpr absl::string_view kQwen2Split =
    R"({"type": "Split", "behavior": "Isolated", "invert": false,)"
    R"( "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d))"
    R"(|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*)"
    R"(|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}}, )";

absl::string_view ClassOf(const ByteLevelFiles& files) {
  absl::string_view name = absl::StripSuffix(files.tokenizer_class, "Fast");
  for (const ClassOfModels& known : kClasses) {
    if (name.empty() && known.model_type == files.model_type) {
      name = known.tokenizer_class;
    }
  }
  return name;
}

// The lines of merges.txt as a JSON array of texts.
std::string MergesAsJson(absl::string_view text) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripSuffix(line, "\r");
    const bool is_header = lines.empty() && absl::StartsWith(line, "#version");
    if (line.empty() || is_header) continue;
    lines.push_back(absl::StrCat(
        "\"", absl::StrReplaceAll(line, {{"\\", "\\\\"}, {"\"", "\\\""}}),
        "\""));
  }
  return absl::StrCat("[", absl::StrJoin(lines, ","), "]");
}

}  // namespace

absl::StatusOr<std::string> TokenizerJsonOf(const ByteLevelFiles& files) {
  const absl::string_view name = ClassOf(files);
  const bool qwen2 = name == "Qwen2Tokenizer";
  if (!qwen2 && name != "GPT2Tokenizer" && name != "CodeGenTokenizer") {
    return absl::UnimplementedError(absl::StrCat(
        "there is no tokenizer.json, and vocab.json with merges.txt is not "
        "supported for the tokenizer class ",
        Quoted(name)));
  }
  const absl::StatusOr<JsonDocument> vocab = JsonDocument::Parse(files.vocab);
  if (!vocab.ok()) {
    return absl::DataLossError(
        absl::StrCat("vocab.json ", vocab.status().message()));
  }
  const std::string pre_tokenizer = absl::StrCat(
      R"({"type": "Sequence", "pretokenizers": [)", qwen2 ? kQwen2Split : "",
      R"({"type": "ByteLevel", "add_prefix_space": )",
      files.add_prefix_space ? "true" : "false", R"(, "use_regex": )",
      qwen2 ? "false" : "true", "}]}");
  return absl::StrCat(
      R"({"normalizer": )", qwen2 ? R"({"type": "NFC"})" : "null",
      R"(, "pre_tokenizer": )", pre_tokenizer,
      R"(, "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", )",
      R"("vocab": )", files.vocab, R"(, "merges": )",
      MergesAsJson(files.merges), "}}");
}

}  // namespace tessera
