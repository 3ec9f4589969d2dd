// "{} has {:d}".format(a, b)
#ifndef RUNTIME_CHAT_BRACE_FORMAT_H_
#define RUNTIME_CHAT_BRACE_FORMAT_H_

#include "absl/status/statusor.h"
#include "runtime/chat/interpreter.h"
#include "runtime/chat/marked_text.h"

namespace tessera::jinja {

// InvalidArgument if format and arguments do not fit; Unimplemented for fields
// within the specification of a field.
absl::StatusOr<MarkedText> BraceFormat(Interpreter& interpreter,
                                       const MarkedText& format,
                                       const CallArguments& arguments);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_BRACE_FORMAT_H_
