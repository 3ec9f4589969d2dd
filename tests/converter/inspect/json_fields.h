// Which fields a JSON document has.
#ifndef TESTS_CONVERTER_INSPECT_JSON_FIELDS_H_
#define TESTS_CONVERTER_INSPECT_JSON_FIELDS_H_

#include <set>
#include <string>

namespace tessera {

// "files[].name" for each value that is no object; "metadata.*" for what is in
// one of the `keyed` objects, whose keys are names from outside. Empty for what
// is no JSON.
std::set<std::string> JsonFields(const std::string& json,
                                 const std::set<std::string>& keyed);

// The same of the tables of docs/inspect_json.md under the heading `title`: the
// first cell of each row, in backquotes.
std::set<std::string> DocumentedFields(const std::string& title);

}  // namespace tessera

#endif  // TESTS_CONVERTER_INSPECT_JSON_FIELDS_H_
