#include "runtime/chat/value_heap.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera::jinja {
namespace {

constexpr int64_t kTextBytes = 96;  // beside the characters

int64_t BytesOf(const MarkedText& text) {
  return kTextBytes +
         static_cast<int64_t>(text.bytes().capacity() +
                              text.outside().capacity() * sizeof(TextRange));
}

}  // namespace

absl::Status ValueHeap::Spend(int64_t steps) {
  steps_ += steps;
  if (steps_ <= limits_.steps) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the template takes more than ", limits_.steps, " steps"));
}

absl::Status ValueHeap::CheckRoom(int64_t bytes) const {
  if (bytes <= limits_.memory_bytes - *bytes_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the template needs more than ", limits_.memory_bytes >> 20,
                   " MiB of memory"));
}

absl::Status ValueHeap::Take(int64_t bytes) {
  TESSERA_RETURN_IF_ERROR(CheckRoom(bytes));
  *bytes_ += bytes;
  return absl::OkStatus();
}

absl::StatusOr<Value> ValueHeap::Text(MarkedText text) {
  const int64_t bytes = BytesOf(text);
  TESSERA_RETURN_IF_ERROR(SpendBytes(bytes / 8));
  TESSERA_RETURN_IF_ERROR(Take(bytes));
  return Value::Text(std::shared_ptr<const MarkedText>(
      new MarkedText(std::move(text)),
      [total = bytes_, bytes](const MarkedText* done) {
        *total -= bytes;
        delete done;
      }));
}

absl::StatusOr<Value> ValueHeap::List(ValueKind kind,
                                      std::vector<Value> items) {
  TESSERA_RETURN_IF_ERROR(
      Take(static_cast<int64_t>(items.capacity() * sizeof(Value))));
  TESSERA_ASSIGN_OR_RETURN(ListObject * list, New<ListObject>());
  list->items = std::move(items);
  return Value::Of(kind, list);
}

absl::StatusOr<DictObject*> ValueHeap::Dict() { return New<DictObject>(); }

}  // namespace tessera::jinja
