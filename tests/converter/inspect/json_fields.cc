#include "tests/converter/inspect/json_fields.h"

#include <simdjson.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

void Collect(simdjson::dom::element value, const std::string& path,
             const std::set<std::string>& keyed,
             std::set<std::string>* fields) {
  if (value.is_array()) {
    if (value.get_array().value().size() == 0) fields->insert(path + "[]");
    for (simdjson::dom::element element : value.get_array()) {
      Collect(element, path + "[]", keyed, fields);
    }
  } else if (keyed.contains(path)) {
    fields->insert(path + ".*");
  } else if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      const std::string name(member.key);
      Collect(member.value, path.empty() ? name : absl::StrCat(path, ".", name),
              keyed, fields);
    }
  } else {
    fields->insert(path);
  }
}

}  // namespace

std::set<std::string> JsonFields(const std::string& json,
                                 const std::set<std::string>& keyed) {
  std::set<std::string> fields;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) return fields;
  Collect(root, "", keyed, &fields);
  return fields;
}

std::set<std::string> DocumentedFields(const std::string& title) {
  std::set<std::string> fields;
  std::ifstream page("docs/inspect_json.md");
  bool within = false;
  for (std::string line; std::getline(page, line);) {
    if (absl::StartsWith(line, "## ")) within = line == "## " + title;
    if (!within || !absl::StartsWith(line, "| `")) continue;
    fields.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return fields;
}

}  // namespace tessera
