// Early return on a failed absl::Status or absl::StatusOr.
//
//   TESSERA_RETURN_IF_ERROR(file.Sync());
//   TESSERA_ASSIGN_OR_RETURN(auto header, ReadHeader(bytes));
#ifndef BASE_STATUS_MACROS_H_
#define BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define TESSERA_STATUS_CONCAT_INNER_(a, b) a##b
#define TESSERA_STATUS_CONCAT_(a, b) TESSERA_STATUS_CONCAT_INNER_(a, b)

// Returns from the enclosing function if `expr` (an absl::Status) is not OK.
#define TESSERA_RETURN_IF_ERROR(expr)                 \
  do {                                                \
    absl::Status tessera_status_ = (expr);            \
    if (!tessera_status_.ok()) return tessera_status_; \
  } while (false)

// Declares `lhs` with the value of `expr` (an absl::StatusOr), or returns its
// status from the enclosing function.
#define TESSERA_ASSIGN_OR_RETURN(lhs, expr) \
  TESSERA_ASSIGN_OR_RETURN_IMPL_(           \
      TESSERA_STATUS_CONCAT_(tessera_status_or_, __LINE__), lhs, expr)

#define TESSERA_ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr) \
  auto statusor = (expr);                                   \
  if (!statusor.ok()) return std::move(statusor).status();  \
  lhs = std::move(statusor).value()

#endif  // BASE_STATUS_MACROS_H_
