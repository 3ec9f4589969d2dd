// "%s has %d" % (a, b)
#ifndef RUNTIME_CHAT_PERCENT_FORMAT_H_
#define RUNTIME_CHAT_PERCENT_FORMAT_H_

#include "absl/status/statusor.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// `arguments` is a tuple, a dict for "%(name)s", or the one argument.
// InvalidArgument if format and arguments do not fit.
absl::StatusOr<MarkedText> PercentFormat(ValueHeap& heap,
                                         const MarkedText& format,
                                         const Value& arguments);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_PERCENT_FORMAT_H_
