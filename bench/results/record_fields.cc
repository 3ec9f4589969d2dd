#include "bench/results/record_fields.h"

#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

absl::StatusOr<const Field*> RequireField(const Record& record,
                                          absl::string_view name) {
  const Field* field = FindField(record, name);
  if (field != nullptr) return field;
  return absl::DataLossError(absl::StrCat("has no field ", Quoted(name)));
}

}  // namespace

const Field* FindField(const Record& record, absl::string_view name) {
  for (const Field& field : record) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

absl::StatusOr<int64_t> IntegerIn(const Record& record,
                                  absl::string_view name) {
  TESSERA_ASSIGN_OR_RETURN(const Field* field, RequireField(record, name));
  if (const auto* number = std::get_if<int64_t>(&field->value)) return *number;
  return absl::DataLossError(
      absl::StrCat("has a field ", Quoted(name), " that is no integer"));
}

absl::StatusOr<double> NumberIn(const Record& record, absl::string_view name) {
  TESSERA_ASSIGN_OR_RETURN(const Field* field, RequireField(record, name));
  if (const auto* number = std::get_if<double>(&field->value)) return *number;
  if (const auto* integer = std::get_if<int64_t>(&field->value)) {
    return static_cast<double>(*integer);
  }
  return absl::DataLossError(
      absl::StrCat("has a field ", Quoted(name), " that is no number"));
}

absl::StatusOr<std::string> TextIn(const Record& record,
                                   absl::string_view name) {
  TESSERA_ASSIGN_OR_RETURN(const Field* field, RequireField(record, name));
  if (const auto* text = std::get_if<std::string>(&field->value)) return *text;
  return absl::DataLossError(
      absl::StrCat("has a field ", Quoted(name), " that is no string"));
}

double NumberOr(const Record& record, absl::string_view name, double fallback) {
  const absl::StatusOr<double> number = NumberIn(record, name);
  return number.ok() ? *number : fallback;
}

std::vector<double> NumbersIn(const Record& record, absl::string_view name) {
  const Field* field = FindField(record, name);
  if (field == nullptr) return {};
  if (const auto* numbers = std::get_if<std::vector<double>>(&field->value)) {
    return *numbers;
  }
  if (const auto* integers = std::get_if<std::vector<int64_t>>(&field->value)) {
    return std::vector<double>(integers->begin(), integers->end());
  }
  return {};
}

}  // namespace tessera
