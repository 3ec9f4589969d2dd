// What the literals of a template mean.
#ifndef RUNTIME_CHAT_STRING_LITERAL_H_
#define RUNTIME_CHAT_STRING_LITERAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera::jinja {

// The text between the quotes of a literal, with Python's escapes resolved.
// InvalidArgument for an escape that breaks off, or is no character;
// Unimplemented for \N{...}.
absl::StatusOr<std::string> UnescapeString(absl::string_view literal);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_STRING_LITERAL_H_
