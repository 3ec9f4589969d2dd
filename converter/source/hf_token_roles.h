// What single tokens of a Hugging Face tokenizer are for: begin and end of
// text, end of generation, unknown, padding.
#ifndef CONVERTER_SOURCE_HF_TOKEN_ROLES_H_
#define CONVERTER_SOURCE_HF_TOKEN_ROLES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "converter/source/hf_added_tokens.h"
#include "converter/source/hf_post_processor.h"
#include "converter/source/hf_vocabulary.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

struct HfRoleSources {
  HfTokenizerConfig config;
  std::optional<JsonValue> generation_config;  // generation_config.json
  std::optional<uint32_t> bos_token_id;        // of config.json
  std::vector<uint32_t> eos_token_ids;         // of config.json
  HfTemplate around;  // what the post-processor puts around a text
  // Most classes of transformers leave it at that.
  bool class_keeps_template = false;
};

// Sets ids, add_bos, add_eos, prefix_id and suffix_id of `data`, whose tokens
// are set; `vocabulary` finds them by text.
//
// Each id comes from the first that has it: the configuration (by text),
// generation_config, config.json. What stands around a text is what
// transformers puts there: for the classes LlamaTokenizer, CodeLlamaTokenizer,
// GemmaTokenizer and CohereTokenizer (and their Fast forms) add_bos_token (true
// if not given) and add_eos_token (false); else what the post-processor says,
// but for the two where they are given and the class does not keep the
// template. One token before is bos, one behind is eos, whatever the
// configuration calls so. All further ends of generation are kept. DataLoss for
// ids out of range.
absl::Status SetHfTokenRoles(const HfRoleSources& sources,
                             const HfVocabulary& vocabulary,
                             TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_TOKEN_ROLES_H_
