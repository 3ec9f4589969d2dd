// The filters of chat templates.
#ifndef RUNTIME_CHAT_FILTERS_H_
#define RUNTIME_CHAT_FILTERS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/chat/interpreter.h"

namespace tessera::jinja {

// The filter `name` of jinja2, with tojson as transformers defines it.
// InvalidArgument if there is none; Unimplemented for those that make HTML or
// depend on chance.
absl::StatusOr<Function> FindFilter(absl::string_view name);

// The parts of FindFilter's table.
absl::Span<const NamedFunction> TextFilters();
absl::Span<const NamedFunction> NumberFilters();
absl::Span<const NamedFunction> SequenceFilters();
absl::Span<const NamedFunction> OrderFilters();
absl::Span<const NamedFunction> SelectionFilters();

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_FILTERS_H_
