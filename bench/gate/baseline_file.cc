#include "bench/gate/baseline_file.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "base/write_file.h"
#include "bench/render_report.h"
#include "formats/json/json_document.h"

namespace tessera {
namespace {

constexpr absl::string_view kSchema = "tessera-gate-baseline";
constexpr uint64_t kSchemaVersion = 1;

absl::Status At(absl::string_view key, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(Quoted(key), " ", status.message()));
}

absl::StatusOr<double> Number(JsonValue value) {
  double number;
  if (value.get(number) != simdjson::SUCCESS || !std::isfinite(number)) {
    return absl::DataLossError("is no number");
  }
  return number;
}

absl::Status ReadString(const JsonMember& member, std::string* text) {
  const absl::StatusOr<absl::string_view> value = JsonString(member.value);
  if (!value.ok()) return At(member.key, value.status());
  *text = std::string(*value);
  return absl::OkStatus();
}

absl::Status ReadNumbers(const JsonMember& member,
                         std::map<std::string, double>* numbers) {
  const absl::StatusOr<std::vector<JsonMember>> members =
      JsonMembers(member.value);
  if (!members.ok()) return At(member.key, members.status());
  for (const JsonMember& number : *members) {
    const absl::StatusOr<double> value = Number(number.value);
    if (!value.ok()) return At(number.key, value.status());
    (*numbers)[std::string(number.key)] = *value;
  }
  return absl::OkStatus();
}

absl::Status UnknownKey(absl::string_view key) {
  return absl::DataLossError(absl::StrCat(Quoted(key), " is no known key"));
}

absl::StatusOr<SpeedFloors> ParseFloors(JsonValue value) {
  SpeedFloors floors;
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                           JsonMembers(value));
  for (const JsonMember& member : members) {
    if (member.key == "cpu") {
      TESSERA_RETURN_IF_ERROR(ReadString(member, &floors.cpu));
    } else if (member.key == "isa") {
      TESSERA_RETURN_IF_ERROR(ReadString(member, &floors.isa));
    } else if (member.key == "percent") {
      TESSERA_RETURN_IF_ERROR(ReadNumbers(member, &floors.percent));
    } else if (member.key == "known_slower") {
      TESSERA_RETURN_IF_ERROR(ReadNumbers(member, &floors.known_slower));
    } else {
      return UnknownKey(member.key);
    }
  }
  return floors;
}

absl::Status CheckVersion(const JsonMember& member) {
  const absl::StatusOr<uint64_t> version = JsonUint(member.value);
  if (!version.ok()) return At(member.key, version.status());
  if (*version == kSchemaVersion) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat(
      "version ", *version, "; this bench reads version ", kSchemaVersion));
}

absl::Status ReadMember(const JsonMember& member, GateBaseline* baseline) {
  if (member.key == "schema_version") return CheckVersion(member);
  if (member.key == "commit") return ReadString(member, &baseline->commit);
  if (member.key == "compiler") return ReadString(member, &baseline->compiler);
  if (member.key == "counts") return ReadNumbers(member, &baseline->counts);
  if (member.key != "floors") return UnknownKey(member.key);
  const absl::StatusOr<std::vector<JsonValue>> elements =
      JsonElements(member.value);
  if (!elements.ok()) return At(member.key, elements.status());
  for (const JsonValue& element : *elements) {
    absl::StatusOr<SpeedFloors> floors = ParseFloors(element);
    if (!floors.ok()) return At(member.key, floors.status());
    baseline->floors.push_back(*std::move(floors));
  }
  return absl::OkStatus();
}

void AppendNumbers(const std::map<std::string, double>& numbers,
                   absl::string_view indent, std::string* text) {
  absl::string_view separator = "";
  for (const auto& [name, number] : numbers) {
    absl::StrAppend(text, separator, "\n", indent, QuotedJson(name), ": ",
                    absl::StrFormat("%.12g", number));
    separator = ",";
  }
}

}  // namespace

const SpeedFloors* GateBaseline::FindFloors(absl::string_view cpu,
                                            absl::string_view isa) const {
  for (const SpeedFloors& candidate : floors) {
    if (candidate.cpu == cpu && candidate.isa == isa) return &candidate;
  }
  return nullptr;
}

KnownSlower GateBaseline::FindKnownSlower(absl::string_view cpu,
                                          absl::string_view isa) const {
  if (const SpeedFloors* own = FindFloors(cpu, isa)) return own->known_slower;
  KnownSlower any;
  for (const SpeedFloors& other : floors) {
    for (const auto& [pair, ratio] : other.known_slower) {
      any[pair] = std::max(any[pair], ratio);
    }
  }
  return any;
}

absl::StatusOr<GateBaseline> ParseGateBaseline(absl::string_view text) {
  TESSERA_ASSIGN_OR_RETURN(const JsonDocument document,
                           JsonDocument::Parse(text));
  const absl::StatusOr<std::vector<JsonMember>> members =
      JsonMembers(document.root());
  if (!members.ok())
    return absl::DataLossError(
        absl::StrCat("the text ", members.status().message()));
  GateBaseline baseline;
  std::string schema;
  bool has_version = false;
  for (const JsonMember& member : *members) {
    has_version = has_version || member.key == "schema_version";
    if (member.key == "schema") {
      TESSERA_RETURN_IF_ERROR(ReadString(member, &schema));
    } else {
      TESSERA_RETURN_IF_ERROR(ReadMember(member, &baseline));
    }
  }
  if (schema != kSchema) {
    return absl::DataLossError(
        absl::StrCat("no baseline of the gate: its schema is ", Quoted(schema),
                     ", expected ", Quoted(kSchema)));
  }
  if (!has_version) return absl::DataLossError("'schema_version' is missing");
  return baseline;
}

std::string GateBaselineText(const GateBaseline& baseline) {
  std::string text =
      absl::StrCat("{\n  \"schema\": ", QuotedJson(kSchema),
                   ",\n  \"schema_version\": ", kSchemaVersion,
                   ",\n  \"commit\": ", QuotedJson(baseline.commit),
                   ",\n  \"compiler\": ", QuotedJson(baseline.compiler),
                   ",\n  \"counts\": {");
  AppendNumbers(baseline.counts, "    ", &text);
  absl::StrAppend(&text, "\n  },\n  \"floors\": [");
  absl::string_view separator = "";
  for (const SpeedFloors& floors : baseline.floors) {
    absl::StrAppend(&text, separator,
                    "\n    {\n      \"cpu\": ", QuotedJson(floors.cpu),
                    ",\n      \"isa\": ", QuotedJson(floors.isa),
                    ",\n      \"percent\": {");
    AppendNumbers(floors.percent, "        ", &text);
    absl::StrAppend(&text, "\n      },\n      \"known_slower\": {");
    AppendNumbers(floors.known_slower, "        ", &text);
    absl::StrAppend(&text, "\n      }\n    }");
    separator = ",";
  }
  absl::StrAppend(&text, "\n  ]\n}\n");
  return text;
}

absl::StatusOr<GateBaseline> ReadGateBaseline(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(path, kMostSettingsBytes));
  absl::StatusOr<GateBaseline> baseline = ParseGateBaseline(text);
  if (!baseline.ok()) return WithPath(path, baseline.status());
  return baseline;
}

absl::Status WriteGateBaseline(const GateBaseline& baseline,
                               const std::string& path) {
  return WriteFile(path, GateBaselineText(baseline));
}

}  // namespace tessera
