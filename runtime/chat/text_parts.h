// The methods that take strings apart and put them together.
#ifndef RUNTIME_CHAT_TEXT_PARTS_H_
#define RUNTIME_CHAT_TEXT_PARTS_H_

#include "absl/status/statusor.h"
#include "runtime/chat/format_spec.h"
#include "runtime/chat/interpreter.h"
#include "runtime/chat/marked_text.h"

namespace tessera::jinja {

absl::StatusOr<Value> SplitText(Interpreter& interpreter, const Value& self,
                                const CallArguments& call);
absl::StatusOr<Value> RightSplitText(Interpreter& interpreter,
                                     const Value& self,
                                     const CallArguments& call);
absl::StatusOr<Value> SplitLines(Interpreter& interpreter, const Value& self,
                                 const CallArguments& call);
absl::StatusOr<Value> PartitionText(Interpreter& interpreter, const Value& self,
                                    const CallArguments& call);
absl::StatusOr<Value> RightPartitionText(Interpreter& interpreter,
                                         const Value& self,
                                         const CallArguments& call);
absl::StatusOr<Value> JoinText(Interpreter& interpreter, const Value& self,
                               const CallArguments& call);

// Lines without their ends, or with them if `keep_ends`.
absl::StatusOr<std::vector<MarkedText>> LinesOf(ValueHeap& heap,
                                                const MarkedText& text,
                                                bool keep_ends);

// str.center, which puts an odd space elsewhere than formats do.
MarkedText Centered(const MarkedText& text, const FormatSpec& spec);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_TEXT_PARTS_H_
