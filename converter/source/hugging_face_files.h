// The files of a Hugging Face folder besides its weights.
#ifndef CONVERTER_SOURCE_HUGGING_FACE_FILES_H_
#define CONVERTER_SOURCE_HUGGING_FACE_FILES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/arena/attachment.h"

namespace tessera {

// Those of the files below that a folder has, by name. They say everything
// about a model that its weights do not, and arenas keep them as they are.
//   config.json, generation_config.json, tokenizer.json,
//   tokenizer_config.json, tokenizer.model, special_tokens_map.json,
//   added_tokens.json, vocab.json, merges.txt, chat_template.jinja,
//   chat_template.json
using HuggingFaceFiles = std::map<std::string, std::string>;

// What the system says if a file is there and cannot be read, and what
// CheckLink says of a link to nothing.
absl::StatusOr<HuggingFaceFiles> ReadHuggingFaceFiles(
    const std::string& folder);

// All of them, in the order above.
absl::StatusOr<std::vector<PackedAttachment>> PackHuggingFaceFiles(
    const HuggingFaceFiles& files);

// The files additional_chat_templates/<name>.jinja of a folder, by name: what
// its chat_template.jinja is not for ("tool_use", "rag"). Empty if there is no
// such folder. What the system says if a file cannot be read; DataLoss for more
// than a thousand.
absl::StatusOr<std::map<std::string, std::string>> ReadAdditionalChatTemplates(
    const std::string& folder);

// The files that the two functions above would read of `folder`, by their
// names in it ("config.json", "additional_chat_templates/rag.jinja"), sorted.
// Opens none of them.
std::vector<std::string> HuggingFaceFileNames(const std::string& folder);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HUGGING_FACE_FILES_H_
