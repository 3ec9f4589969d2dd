#include "converter/source/end_of_generation.h"

#include <algorithm>
#include <iterator>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "formats/arena/token_type.h"

namespace tessera {
namespace {

constexpr absl::string_view kEndTexts[] = {
    "<|eot_id|>",
    "<|eom_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|calls|>",
    "<|flush|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "<turn|>",
    "<|tool_response>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<eos>",
    "</s>",
    "<\xEF\xBD\x9C"
    "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>",
    "[e~[",
    // Fill in the middle: what follows belongs to another file.
    "<|fim_pad|>",
    "<fim-pad>",
    "<fim_pad>",
    "<PAD>",
    "[PAD]",
    "<|fim_repo|>",
    "<|repo_name|>",
    "<fim-repo>",
    "<REPO>",
    "<reponame>",
    "<|file_sep|>",
};

// Calls on_end(id, text) for each token with one of the texts.
void ForEachEnd(const TokenizerData& data,
                absl::FunctionRef<void(uint32_t, absl::string_view)> on_end) {
  absl::string_view rest(data.token_text());
  for (int id = 0; id < data.token_length_size(); ++id) {
    const absl::string_view text = rest.substr(0, data.token_length(id));
    rest.remove_prefix(text.size());
    if (IsEndOfGenerationText(text)) on_end(static_cast<uint32_t>(id), text);
  }
}

bool IsControl(const TokenizerData& data, uint32_t id) {
  const std::string& types = data.token_type();
  return id < types.size() &&
         types[id] == static_cast<char>(TokenType::kControl);
}

using Texts = absl::flat_hash_set<absl::string_view>;

// Whether a token with that text ends nothing among such others.
bool EndsNothing(absl::string_view text, const Texts& others) {
  if (text == "</s>") return others.contains("<|tool_response>");
  if (text != "<|end|>") return false;
  const bool calls =
      others.contains("<|call|>") || others.contains("<|calls|>");
  return calls &&
         (others.contains("<|return|>") || others.contains("<|flush|>"));
}

}  // namespace

bool IsEndOfGenerationText(absl::string_view text) {
  return std::find(std::begin(kEndTexts), std::end(kEndTexts), text) !=
         std::end(kEndTexts);
}

void MarkEndsAsControl(TokenizerData* data) {
  std::string& types = *data->mutable_token_type();
  ForEachEnd(*data, [&](uint32_t id, absl::string_view) {
    if (types.empty()) {
      types.assign(data->token_length_size(),
                   static_cast<char>(TokenType::kNormal));
    }
    types[id] = static_cast<char>(TokenType::kControl);
  });
}

void SetEndOfGeneration(std::vector<uint32_t> ids, TokenizerData* data) {
  Texts texts;
  ForEachEnd(*data, [&](uint32_t id, absl::string_view text) {
    if (IsControl(*data, id)) texts.insert(text);
  });
  ForEachEnd(*data, [&](uint32_t id, absl::string_view text) {
    if (IsControl(*data, id) && !EndsNothing(text, texts)) ids.push_back(id);
  });
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  data->clear_end_of_generation_id();
  for (const uint32_t id : ids) {
    if (!data->has_eos_id() || id != data->eos_id()) {
      data->add_end_of_generation_id(id);
    }
  }
}

}  // namespace tessera
