// JSON from files, parsed by simdjson and read strictly.
#ifndef FORMATS_JSON_JSON_DOCUMENT_H_
#define FORMATS_JSON_JSON_DOCUMENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "simdjson.h"

namespace tessera {

// One value of a document; a handle that is valid while the document lives.
using JsonValue = simdjson::dom::element;

struct JsonMember {
  absl::string_view key;
  JsonValue value;
};

// Owns the tree of one text. Movable; values stay valid when it is moved.
// Reading from several threads is safe.
class JsonDocument {
 public:
  // DataLoss if `text`, which need not outlive the call, is not one JSON value
  // in UTF-8 (white space around it is fine), or nests deeper than 1024; the
  // message names the first byte that is wrong. Integers beyond 64 bits become
  // the nearest double, and Python's NaN, Infinity and -Infinity strings.
  static absl::StatusOr<JsonDocument> Parse(absl::string_view text);

  JsonValue root() const { return root_; }

 private:
  JsonDocument() = default;

  std::unique_ptr<simdjson::dom::parser> parser_;
  JsonValue root_;
};

// The functions below return DataLoss if the value is something else. Their
// messages read on from the value's name: "is a string, expected an object".
// Views refer to the document.

// The members of an object, in order. DataLoss too if a key occurs twice: which
// of the two counts would depend on who reads.
absl::StatusOr<std::vector<JsonMember>> JsonMembers(JsonValue value);

// The elements of an array.
absl::StatusOr<std::vector<JsonValue>> JsonElements(JsonValue value);

absl::StatusOr<absl::string_view> JsonString(JsonValue value);

// An integer in [0, 2^64), written without fraction and exponent.
absl::StatusOr<uint64_t> JsonUint(JsonValue value);
absl::StatusOr<std::vector<uint64_t>> JsonUintArray(JsonValue value);

}  // namespace tessera

#endif  // FORMATS_JSON_JSON_DOCUMENT_H_
