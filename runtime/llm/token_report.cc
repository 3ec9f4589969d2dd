#include "runtime/llm/token_report.h"

#include "formats/json/message_json.h"

namespace tessera {

std::string TokenText(const Tokenizer& tokenizer, int32_t id) {
  std::string text = tokenizer.Decode(id);
  return text.empty() ? std::string(tokenizer.Spelling(id)) : text;
}

RunReport::Token TokenProto(absl::Span<const TokenProbability> probabilities,
                            absl::string_view text,
                            const Tokenizer& tokenizer) {
  RunReport::Token token;
  token.set_text(std::string(text));
  if (probabilities.empty()) return token;
  token.set_id(probabilities[0].id);
  token.set_logprob(probabilities[0].logprob);
  for (const TokenProbability& other : probabilities.subspan(1)) {
    RunReport::Likely& likely = *token.add_top();
    likely.set_id(other.id);
    likely.set_text(TokenText(tokenizer, other.id));
    likely.set_logprob(other.logprob);
  }
  return token;
}

absl::StatusOr<std::string> TokenJson(const RunReport::Token& token) {
  return MessageAsJson(token, /*indented=*/false);
}

absl::StatusOr<std::string> PromptErrorJson(int64_t index,
                                            absl::string_view error) {
  RunReport::PromptError message;
  message.set_index(static_cast<uint32_t>(index));
  message.set_error(std::string(error));
  return MessageAsJson(message, /*indented=*/false);
}

}  // namespace tessera
