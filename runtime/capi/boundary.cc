#include "runtime/capi/boundary.h"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/printable.h"

namespace tessera {
namespace {

// Allocates nothing: there may be no memory.
tessera_status Report(absl::StatusCode code, absl::string_view message,
                      tessera_error* error) {
  const auto status = static_cast<tessera_status>(code);
  if (error == nullptr) return status;
  error->status = status;
  size_t size = std::min<size_t>(message.size(), TESSERA_MESSAGE_BYTES - 1);
  // Whole UTF-8 characters only.
  if (size < message.size()) {
    while (size > 0 && (message[size] & 0xC0) == 0x80) --size;
  }
  std::copy_n(message.data(), size, error->message);
  error->message[size] = '\0';
  return status;
}

absl::Status CheckNeeded(std::initializer_list<Argument> needed) {
  for (const Argument& argument : needed) {
    if (argument.pointer == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(argument.name, " is NULL"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

tessera_status AtBoundary(tessera_error* error,
                          std::initializer_list<Argument> needed,
                          absl::FunctionRef<absl::Status()> body) noexcept {
  using Code = absl::StatusCode;
  try {
    absl::Status status = CheckNeeded(needed);
    if (status.ok()) status = body();
    if (status.ok()) return Report(status.code(), "", error);
    // Engines print it.
    const std::string message =
        ShortPrintable(status.message(), TESSERA_MESSAGE_BYTES - 1);
    return Report(status.code(), message, error);
  } catch (const std::bad_alloc&) {
    return Report(Code::kResourceExhausted, "out of memory", error);
  } catch (const std::system_error& e) {
    // A thread that could not be started.
    return Report(Code::kResourceExhausted, e.what(), error);
  } catch (const std::exception& e) {
    return Report(Code::kInternal, e.what(), error);
  } catch (...) {
    return Report(Code::kInternal, "unknown exception", error);
  }
}

absl::Status CheckBuffer(const void* buffer, size_t capacity) {
  if (buffer != nullptr || capacity == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "capacity is not 0, but the buffer is NULL");
}

}  // namespace tessera

const char* tessera_version(void) { return TESSERA_VERSION; }

const char* tessera_status_name(tessera_status status) {
  switch (status) {
    case TESSERA_OK:
      return "OK";
    case TESSERA_CANCELLED:
      return "CANCELLED";
    case TESSERA_UNKNOWN:
      return "UNKNOWN";
    case TESSERA_INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case TESSERA_NOT_FOUND:
      return "NOT_FOUND";
    case TESSERA_PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case TESSERA_RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case TESSERA_FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case TESSERA_UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case TESSERA_INTERNAL:
      return "INTERNAL";
    case TESSERA_DATA_LOSS:
      return "DATA_LOSS";
  }
  return "UNKNOWN";
}
