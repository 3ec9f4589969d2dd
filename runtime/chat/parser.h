// The statements of a chat template.
#ifndef RUNTIME_CHAT_PARSER_H_
#define RUNTIME_CHAT_PARSER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/syntax.h"

namespace tessera::jinja {

// Errors as ExpressionParser and Tokenize.
absl::StatusOr<std::unique_ptr<const Syntax>> ParseTemplate(
    absl::string_view source);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_PARSER_H_
