// What single tokens of a Hugging Face tokenizer are for: begin and end of
// text, end of generation, unknown, padding; and the chat template.
#ifndef CONVERTER_SOURCE_HF_TOKEN_ROLES_H_
#define CONVERTER_SOURCE_HF_TOKEN_ROLES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

struct HfRoleSources {
  JsonValue tokenizer;                         // tokenizer.json
  std::optional<JsonValue> tokenizer_config;   // tokenizer_config.json
  std::optional<JsonValue> generation_config;  // generation_config.json
  std::optional<uint32_t> bos_token_id;        // of config.json
  std::vector<uint32_t> eos_token_ids;         // of config.json
};

using HfTokenIds = absl::flat_hash_map<absl::string_view, uint32_t>;

// Sets ids, add_bos, add_eos and chat_template of `data`, whose tokens are set;
// `ids` finds them by text.
//
// Each id comes from the first that has it: tokenizer_config (by text),
// generation_config, config. What the post-processor puts before and behind a
// text takes precedence as bos and eos; whether it is put there is
// tokenizer_config's add_bos_token and add_eos_token where they are given. All
// further ends of generation are kept too. DataLoss for ids out of range,
// Unimplemented for a post-processor that puts anything else.
absl::Status SetHfTokenRoles(const HfRoleSources& sources,
                             const HfTokenIds& ids, TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_TOKEN_ROLES_H_
