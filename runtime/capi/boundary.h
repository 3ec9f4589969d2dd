// The border between C callers and C++: statuses become codes and messages, and
// no exception gets across.
#ifndef RUNTIME_CAPI_BOUNDARY_H_
#define RUNTIME_CAPI_BOUNDARY_H_

#include <cstddef>
#include <initializer_list>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "runtime/capi/tessera.h"

namespace tessera {

// A pointer that a C function was given, under the name of its parameter.
struct Argument {
  const char* name;
  const void* pointer;
};

// Calls `body` unless an argument is NULL (InvalidArgument, naming it), and
// reports what it returned in *error, which may be NULL. std::bad_alloc becomes
// ResourceExhausted, another exception Internal.
tessera_status AtBoundary(tessera_error* error,
                          std::initializer_list<Argument> needed,
                          absl::FunctionRef<absl::Status()> body) noexcept;

// InvalidArgument if there is nothing where `capacity` elements should go.
absl::Status CheckBuffer(const void* buffer, size_t capacity);

}  // namespace tessera

#endif  // RUNTIME_CAPI_BOUNDARY_H_
