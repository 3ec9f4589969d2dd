// Chat templates of a Hugging Face folder.
#ifndef CONVERTER_SOURCE_CHAT_TEMPLATES_H_
#define CONVERTER_SOURCE_CHAT_TEMPLATES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

struct ChatTemplateSources {
  std::optional<JsonValue> tokenizer_config;    // tokenizer_config.json
  std::optional<JsonValue> chat_template_json;  // chat_template.json
  std::optional<std::string> jinja;             // chat_template.jinja
  // additional_chat_templates/<name>.jinja, by name.
  std::map<std::string, std::string> additional_jinja;
};

// Sets chat_template and named_chat_template of `data`. As in transformers,
// files of Jinja replace what tokenizer_config says, which replaces
// chat_template.json (of processors). The member chat_template of a JSON file
// is a text, a list of {"name", "template"}, or an object of texts by name; the
// one named "default" is the chat template. In files of Jinja all ends of lines
// become "\n". DataLoss for anything else under that key, and for files that
// are not UTF-8.
absl::Status SetChatTemplates(const ChatTemplateSources& sources,
                              TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_CHAT_TEMPLATES_H_
