// The methods of strings that look for others.
#ifndef RUNTIME_CHAT_TEXT_SEARCH_H_
#define RUNTIME_CHAT_TEXT_SEARCH_H_

#include "absl/status/statusor.h"
#include "runtime/chat/interpreter.h"

namespace tessera::jinja {

absl::StatusOr<Value> FindInText(Interpreter& interpreter, const Value& self,
                                 const CallArguments& call);
absl::StatusOr<Value> FindLastInText(Interpreter& interpreter,
                                     const Value& self,
                                     const CallArguments& call);
absl::StatusOr<Value> IndexInText(Interpreter& interpreter, const Value& self,
                                  const CallArguments& call);
absl::StatusOr<Value> LastIndexInText(Interpreter& interpreter,
                                      const Value& self,
                                      const CallArguments& call);
absl::StatusOr<Value> CountInText(Interpreter& interpreter, const Value& self,
                                  const CallArguments& call);
absl::StatusOr<Value> StartsWith(Interpreter& interpreter, const Value& self,
                                 const CallArguments& call);
absl::StatusOr<Value> EndsWith(Interpreter& interpreter, const Value& self,
                               const CallArguments& call);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_TEXT_SEARCH_H_
