#include "formats/json/message_json.h"

#include <google/protobuf/util/json_util.h>
#include <simdjson.h>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace tessera {

absl::StatusOr<std::string> MessageAsJson(
    const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("cannot write the report as JSON: ", status.ToString()));
  }
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

std::string AsUtf8(const std::string& text) {
  return simdjson::validate_utf8(text) ? text : absl::CHexEscape(text);
}

}  // namespace tessera
