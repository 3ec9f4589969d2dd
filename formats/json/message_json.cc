#include "formats/json/message_json.h"

#include <google/protobuf/util/json_util.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/printable.h"

namespace tessera {

absl::StatusOr<std::string> MessageAsJson(
    const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const std::unique_ptr<google::protobuf::Message> valid(message.New());
  valid->CopyFrom(message);
  MakeUtf8(valid.get());
  const auto status =
      google::protobuf::util::MessageToJsonString(*valid, &json, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("cannot write the report as JSON: ", status.ToString()));
  }
  if (json.empty() || json.back() != '\n') json += '\n';
  // Read on a terminal, too.
  return PrintableJson(json);
}

}  // namespace tessera
