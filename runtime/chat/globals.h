// The functions that every chat template can call.
#ifndef RUNTIME_CHAT_GLOBALS_H_
#define RUNTIME_CHAT_GLOBALS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// range, dict, namespace, cycler, joiner, raise_exception and strftime_now,
// which says that it is `now` in `zone`.
absl::StatusOr<DictObject*> MakeGlobals(ValueHeap& heap, absl::Time now,
                                        absl::TimeZone zone);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_GLOBALS_H_
