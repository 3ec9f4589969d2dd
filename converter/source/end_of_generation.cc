#include "converter/source/end_of_generation.h"

#include <algorithm>
#include <iterator>

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
    // Fill in the middle: what follows belongs to another file.
    "<|fim_pad|>",
    "<|fim_repo|>",
    "<|repo_name|>",
    "<|file_sep|>",
};

}  // namespace

bool IsEndOfGenerationText(absl::string_view text) {
  return std::find(std::begin(kEndTexts), std::end(kEndTexts), text) !=
         std::end(kEndTexts);
}

void SetEndOfGeneration(std::vector<uint32_t> ids, TokenizerData* data) {
  const absl::string_view texts(data->token_text());
  const std::string& types = data->token_type();
  size_t begin = 0;
  for (int id = 0; id < data->token_length_size(); ++id) {
    const size_t length = data->token_length(id);
    const size_t index = static_cast<size_t>(id);
    if (index < types.size() &&
        types[index] == static_cast<char>(TokenType::kControl) &&
        IsEndOfGenerationText(texts.substr(begin, length))) {
      ids.push_back(static_cast<uint32_t>(id));
    }
    begin += length;
  }
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
