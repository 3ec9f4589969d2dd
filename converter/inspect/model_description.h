// What inspect says of the model in a file, whatever its format.
#ifndef CONVERTER_INSPECT_MODEL_DESCRIPTION_H_
#define CONVERTER_INSPECT_MODEL_DESCRIPTION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

// Text is the file's, of any bytes and length; empty: not stated. Numbers are 0
// where the file does not state them.
struct ModelDescription {
  std::string architecture;         // GGUF's name of it, or config.json's
  bool architecture_known = false;  // it is described in formats/model
  std::string name;
  std::string license;
  std::string license_link;

  uint64_t context_length = 0;  // tokens, as trained
  std::string rope_scaling;     // its type
  double rope_scaling_factor = 0;
  uint64_t sliding_window = 0;  // tokens, of the layers that have one
  uint64_t layers = 0;
  uint64_t hidden_size = 0;
  uint64_t heads = 0;
  uint64_t kv_heads = 0;
  uint64_t head_size = 0;
  uint64_t vocabulary = 0;
  uint64_t experts = 0;  // of a layer
  uint64_t experts_used = 0;

  struct SpecialToken {
    std::string role;  // "begin", "end", "unknown", "padding"
    uint32_t id = 0;
    std::string text;
    bool added = false;  // to every text
  };
  std::string tokenizer;  // its kind; empty: there is none
  uint64_t tokens = 0;
  std::vector<SpecialToken> special_tokens;
  std::string no_tokenizer;  // why there is none, if that is known

  struct ChatTemplate {
    std::string name;  // empty: the usual one
    uint64_t bytes = 0;
  };
  std::vector<ChatTemplate> chat_templates;

  // Whether the runner can run it, as far as its description tells, and why
  // not.
  bool runs = false;
  std::string why_not;
  // What a conversion of it warns of, in sentences.
  std::vector<std::string> warnings;
};

}  // namespace tessera

#endif  // CONVERTER_INSPECT_MODEL_DESCRIPTION_H_
