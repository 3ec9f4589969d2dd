// vocab.json and merges.txt: byte-level BPE as GPT-2 was published.
#ifndef CONVERTER_SOURCE_BYTE_LEVEL_FILES_H_
#define CONVERTER_SOURCE_BYTE_LEVEL_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

struct ByteLevelFiles {
  absl::string_view vocab;            // vocab.json
  absl::string_view merges;           // merges.txt
  absl::string_view tokenizer_class;  // of tokenizer_config.json, or ""
  absl::string_view model_type;       // of config.json, or ""
  bool add_prefix_space = false;      // of tokenizer_config.json
};

// The tokenizer.json that transformers makes of such files for the classes
// GPT2Tokenizer, CodeGenTokenizer and Qwen2Tokenizer; without a class, for the
// one of the model's type. Unimplemented, naming it, for any other: the files
// do not say how a text is split. Their content is checked by whoever parses
// the result, but vocab.json must be a JSON object: DataLoss.
absl::StatusOr<std::string> TokenizerJsonOf(const ByteLevelFiles& files);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_BYTE_LEVEL_FILES_H_
