// Memory and time of one rendering of a chat template.
#ifndef RUNTIME_CHAT_VALUE_HEAP_H_
#define RUNTIME_CHAT_VALUE_HEAP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/value.h"

namespace tessera::jinja {

// What a template may use. The largest real conversations need a hundredth of
// it, and a hostile template has used it up within a second.
struct Limits {
  int64_t steps = 2'000'000;
  int64_t memory_bytes = int64_t{128} << 20;
  int64_t output_bytes = int64_t{64} << 20;
  int depth = 600;  // expressions, statements and calls within each other
};

// Owns the containers of a rendering, to its end: no cycle can leak. Counts
// steps and bytes. All errors are ResourceExhausted. Not thread-safe; outlives
// every value that was made with it.
class ValueHeap {
 public:
  explicit ValueHeap(const Limits& limits) : limits_(limits) {}
  ValueHeap(const ValueHeap&) = delete;
  ValueHeap& operator=(const ValueHeap&) = delete;

  const Limits& limits() const { return limits_; }

  // Counts `steps` units of work: one for each node or element that is visited.
  absl::Status Spend(int64_t steps);
  // The work of looking at or copying `bytes` bytes of text.
  absl::Status SpendBytes(int64_t bytes) { return Spend(bytes / 64); }

  // An error if `bytes` more bytes are too many, before they are allocated.
  absl::Status CheckRoom(int64_t bytes) const;

  absl::StatusOr<Value> Text(MarkedText text);
  absl::StatusOr<Value> Text(absl::string_view bytes, bool outside) {
    return Text(MarkedText(std::string(bytes), outside));
  }
  // kind is kList, kTuple or kGenerator.
  absl::StatusOr<Value> List(ValueKind kind, std::vector<Value> items);
  absl::StatusOr<Value> List(std::vector<Value> items) {
    return List(ValueKind::kList, std::move(items));
  }
  // An empty one; whoever adds an entry calls SpendEntry.
  absl::StatusOr<DictObject*> Dict();
  absl::Status SpendEntry() { return Take(kEntryBytes); }

  template <typename T, typename... Args>
  absl::StatusOr<T*> New(Args&&... args) {
    const absl::Status taken = Take(sizeof(T));
    if (!taken.ok()) return taken;
    auto object = std::make_unique<T>(std::forward<Args>(args)...);
    T* result = object.get();
    objects_.push_back(std::move(object));
    return result;
  }

 private:
  static constexpr int64_t kEntryBytes = 160;

  absl::Status Take(int64_t bytes);

  const Limits limits_;
  int64_t steps_ = 0;
  // Shared with the texts, which give back what they took.
  std::shared_ptr<int64_t> bytes_ = std::make_shared<int64_t>(0);
  std::vector<std::unique_ptr<Object>> objects_;
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_VALUE_HEAP_H_
