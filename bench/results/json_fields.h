// Members of JSON objects, read strictly.
#ifndef BENCH_RESULTS_JSON_FIELDS_H_
#define BENCH_RESULTS_JSON_FIELDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/bench_report.h"
#include "formats/json/json_document.h"

namespace tessera {

// One object. All errors are DataLoss that begins with the path of a member,
// such as "build.commit is missing". A handle, like JsonValue.
class JsonFields {
 public:
  // `path` is the object's own; "" for the root.
  static absl::StatusOr<JsonFields> Of(JsonValue value, std::string path);

  bool Has(absl::string_view key) const;
  absl::StatusOr<JsonValue> Member(absl::string_view key) const;
  absl::StatusOr<JsonFields> Object(absl::string_view key) const;
  absl::StatusOr<std::vector<JsonValue>> List(absl::string_view key) const;

  // These set `*value`. Integers may be negative.
  absl::Status Take(absl::string_view key, std::string* value) const;
  absl::Status Take(absl::string_view key, int64_t* value) const;
  absl::Status Take(absl::string_view key, bool* value) const;
  absl::Status Take(absl::string_view key,
                    std::vector<std::string>* value) const;

  // All members, which must be scalars or lists of numbers or of strings.
  absl::StatusOr<Record> AllAsRecord() const;

  // "build.commit".
  std::string PathOf(absl::string_view key) const;

 private:
  JsonFields() = default;

  std::string path_;
  std::vector<JsonMember> members_;
};

}  // namespace tessera

#endif  // BENCH_RESULTS_JSON_FIELDS_H_
