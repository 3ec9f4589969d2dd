#include "converter/source/gguf_token_flags.h"

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "formats/arena/token_type.h"

namespace tessera {
namespace {

constexpr uint8_t kLeftStrip = 1;
constexpr uint8_t kRightStrip = 2;

// Sets the flags of each token to what flags_of(text, type) says.
void SetFlags(absl::FunctionRef<uint8_t(absl::string_view, TokenType)> flags_of,
              TokenizerData* data) {
  std::string flags;
  bool any = false;
  absl::string_view rest(data->token_text());
  for (int id = 0; id < data->token_length_size(); ++id) {
    const absl::string_view text = rest.substr(0, data->token_length(id));
    rest.remove_prefix(text.size());
    const size_t index = static_cast<size_t>(id);
    const TokenType type =
        index < data->token_type().size()
            ? static_cast<TokenType>(data->token_type()[index])
            : TokenType::kNormal;
    const uint8_t bits = flags_of(text, type);
    any = any || bits != 0;
    flags.push_back(static_cast<char>(bits));
  }
  if (any) data->set_token_flags(flags);
}

uint8_t Phi3Flags(absl::string_view text, TokenType type) {
  if (text == "<unk>" || text == "<s>" || text == "<|endoftext|>") return 0;
  const bool is_special = type == TokenType::kControl ||
                          type == TokenType::kUserDefined ||
                          type == TokenType::kUnknown;
  return is_special || text == "</s>" ? kRightStrip : 0;
}

}  // namespace

void SetGgufTokenFlags(const GgufMetadata& metadata, TokenizerData* data) {
  const absl::string_view pre = data->pre_tokenizer();
  const std::string name =
      absl::AsciiStrToLower(metadata.GetString("general.name").value_or(""));
  absl::string_view mask;
  if (absl::StrContains(pre, "jina-v2-")) {
    mask = "<mask>";
  } else if (absl::StrContains(name, "phi-3") ||
             absl::StrContains(name, "phi3")) {
    SetFlags(Phi3Flags, data);
    return;
  } else if (absl::StrContains(name, "modern-bert")) {
    mask = "[MASK]";
  }
  if (mask.empty()) return;
  SetFlags([&](absl::string_view text,
               TokenType) { return text == mask ? kLeftStrip : uint8_t{0}; },
           data);
}

}  // namespace tessera
