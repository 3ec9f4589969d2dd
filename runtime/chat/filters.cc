#include "runtime/chat/filters.h"

#include <algorithm>
#include <iterator>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"

namespace tessera::jinja {
namespace {

constexpr absl::string_view kRefused[] = {
    "filesizeformat", "pprint",   "random", "striptags",
    "urlize",         "wordwrap", "xmlattr"};

using Table = absl::flat_hash_map<absl::string_view, Function>;

const Table& AllFilters() {
  static const Table* const table = [] {
    auto* result = new Table;
    for (const auto& part : {TextFilters(), NumberFilters(), SequenceFilters(),
                             OrderFilters(), SelectionFilters()}) {
      for (const NamedFunction& filter : part) {
        result->emplace(filter.name, filter.function);
      }
    }
    return result;
  }();
  return *table;
}

}  // namespace

absl::StatusOr<Function> FindFilter(absl::string_view name) {
  const auto found = AllFilters().find(name);
  if (found != AllFilters().end()) return found->second;
  if (std::find(std::begin(kRefused), std::end(kRefused), name) !=
      std::end(kRefused)) {
    return absl::UnimplementedError(
        absl::StrCat("the filter '", name, "' is not supported"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no filter ", Quoted(name)));
}

}  // namespace tessera::jinja
