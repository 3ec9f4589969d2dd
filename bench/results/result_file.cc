#include "bench/results/result_file.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "bench/render_report.h"
#include "bench/results/json_fields.h"
#include "formats/json/json_document.h"

namespace tessera {
namespace {

constexpr size_t kFingerprintDigits = 16;

Record BuildFields(const BuildId& build) {
  return {{"version", build.version},
          {"commit", build.commit},
          {"dirty", build.dirty},
          {"compiler", build.compiler},
          {"kernel_abi", build.kernel_abi}};
}

Record MachineFields(const MachineId& machine) {
  return {{"cpu", machine.cpu},
          {"family", machine.family},
          {"model", machine.model},
          {"stepping", machine.stepping},
          {"isas", machine.isas},
          {"cpus", machine.cpus},
          {"memory_bytes", machine.memory_bytes},
          {"last_level_cache_bytes", machine.last_level_cache_bytes},
          {"os", machine.os},
          {"transparent_huge_pages", machine.transparent_huge_pages},
          {"fingerprint", machine.fingerprint}};
}

std::string OptionsAsJson(const RunOptions& options) {
  Record flags;
  for (const auto& [name, value] : options.flags)
    flags.push_back({name, value});
  return absl::StrCat("{\n    \"isa\": ", QuotedJson(options.isa),
                      ",\n    \"threads\": ", options.threads,
                      ",\n    \"huge_pages\": ", QuotedJson(options.huge_pages),
                      ",\n    \"flags\": ", ObjectAsJson(flags, "    "),
                      "\n  }");
}

absl::Status ParseBuild(const JsonFields& fields, BuildId* build) {
  TESSERA_RETURN_IF_ERROR(fields.Take("version", &build->version));
  TESSERA_RETURN_IF_ERROR(fields.Take("commit", &build->commit));
  TESSERA_RETURN_IF_ERROR(fields.Take("dirty", &build->dirty));
  TESSERA_RETURN_IF_ERROR(fields.Take("compiler", &build->compiler));
  return fields.Take("kernel_abi", &build->kernel_abi);
}

bool IsFingerprint(absl::string_view text) {
  return text.size() == kFingerprintDigits &&
         text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

absl::Status ParseMachine(const JsonFields& fields, MachineId* machine) {
  TESSERA_RETURN_IF_ERROR(fields.Take("cpu", &machine->cpu));
  TESSERA_RETURN_IF_ERROR(fields.Take("family", &machine->family));
  TESSERA_RETURN_IF_ERROR(fields.Take("model", &machine->model));
  TESSERA_RETURN_IF_ERROR(fields.Take("stepping", &machine->stepping));
  TESSERA_RETURN_IF_ERROR(fields.Take("isas", &machine->isas));
  TESSERA_RETURN_IF_ERROR(fields.Take("cpus", &machine->cpus));
  TESSERA_RETURN_IF_ERROR(fields.Take("memory_bytes", &machine->memory_bytes));
  TESSERA_RETURN_IF_ERROR(
      fields.Take("last_level_cache_bytes", &machine->last_level_cache_bytes));
  TESSERA_RETURN_IF_ERROR(fields.Take("os", &machine->os));
  TESSERA_RETURN_IF_ERROR(
      fields.Take("transparent_huge_pages", &machine->transparent_huge_pages));
  TESSERA_RETURN_IF_ERROR(fields.Take("fingerprint", &machine->fingerprint));
  if (!IsFingerprint(machine->fingerprint)) {
    return absl::DataLossError(absl::StrCat(
        fields.PathOf("fingerprint"), " is ", Quoted(machine->fingerprint),
        ", expected ", kFingerprintDigits, " hexadecimal digits"));
  }
  return absl::OkStatus();
}

absl::Status ParseOptions(const JsonFields& fields, RunOptions* options) {
  TESSERA_RETURN_IF_ERROR(fields.Take("isa", &options->isa));
  TESSERA_RETURN_IF_ERROR(fields.Take("threads", &options->threads));
  TESSERA_RETURN_IF_ERROR(fields.Take("huge_pages", &options->huge_pages));
  TESSERA_ASSIGN_OR_RETURN(const JsonFields flags, fields.Object("flags"));
  TESSERA_ASSIGN_OR_RETURN(const Record values, flags.AllAsRecord());
  for (const Field& flag : values) {
    const auto* value = std::get_if<std::string>(&flag.value);
    if (value == nullptr) {
      return absl::DataLossError(
          absl::StrCat(flags.PathOf(flag.name), " is no string"));
    }
    options->flags.emplace_back(flag.name, *value);
  }
  return absl::OkStatus();
}

absl::Status CheckSchema(const JsonFields& root) {
  std::string schema;
  TESSERA_RETURN_IF_ERROR(root.Take("schema", &schema));
  if (schema != kResultSchema) {
    return absl::DataLossError(absl::StrCat("schema is ", Quoted(schema),
                                            ", expected ", kResultSchema));
  }
  int64_t version;
  TESSERA_RETURN_IF_ERROR(root.Take("schema_version", &version));
  if (version > kResultSchemaVersion) {
    return absl::UnimplementedError(
        absl::StrCat("schema_version is ", version, "; this bench reads ",
                     kResultSchemaVersion, " at most"));
  }
  if (version < 1) {
    return absl::DataLossError(
        absl::StrCat("schema_version is ", version, ", expected 1 or more"));
  }
  return absl::OkStatus();
}

absl::Status ParseTime(const JsonFields& root, std::string* time) {
  TESSERA_RETURN_IF_ERROR(root.Take("time", time));
  absl::Time parsed;
  std::string error;
  if (absl::ParseTime("%Y-%m-%dT%H:%M:%SZ", *time, &parsed, &error)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      "time is ", Quoted(*time), ", expected such as 2026-11-29T12:00:00Z"));
}

absl::Status ParseRecords(const JsonFields& root,
                          std::vector<Record>* records) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> elements,
                           root.List("records"));
  for (size_t i = 0; i < elements.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(
        const JsonFields fields,
        JsonFields::Of(elements[i], absl::StrCat("records[", i, "]")));
    TESSERA_ASSIGN_OR_RETURN(records->emplace_back(), fields.AllAsRecord());
  }
  return absl::OkStatus();
}

}  // namespace

std::string RenderResultFile(const ResultFile& results) {
  return absl::StrCat(
      "{\n  \"schema\": ", QuotedJson(kResultSchema),
      ",\n  \"schema_version\": ", kResultSchemaVersion,
      ",\n  \"time\": ", QuotedJson(results.time),
      ",\n  \"build\": ", ObjectAsJson(BuildFields(results.build), "  "),
      ",\n  \"machine\": ", ObjectAsJson(MachineFields(results.machine), "  "),
      ",\n  \"options\": ", OptionsAsJson(results.options),
      ",\n  \"table\": ", QuotedJson(results.table),
      results.verdict.empty()
          ? ""
          : absl::StrCat(",\n  \"verdict\": ", QuotedJson(results.verdict)),
      ",\n  \"notes\": ", TextsAsJson(results.notes, "  "),
      ",\n  \"records\": ", RecordsAsJson(results.records, "  "), "\n}\n");
}

absl::StatusOr<ResultFile> ParseResultFile(absl::string_view json) {
  TESSERA_ASSIGN_OR_RETURN(const JsonDocument document,
                           JsonDocument::Parse(json));
  TESSERA_ASSIGN_OR_RETURN(const JsonFields root,
                           JsonFields::Of(document.root(), ""));
  TESSERA_RETURN_IF_ERROR(CheckSchema(root));
  ResultFile results;
  TESSERA_RETURN_IF_ERROR(ParseTime(root, &results.time));
  TESSERA_ASSIGN_OR_RETURN(const JsonFields build, root.Object("build"));
  TESSERA_RETURN_IF_ERROR(ParseBuild(build, &results.build));
  TESSERA_ASSIGN_OR_RETURN(const JsonFields machine, root.Object("machine"));
  TESSERA_RETURN_IF_ERROR(ParseMachine(machine, &results.machine));
  TESSERA_ASSIGN_OR_RETURN(const JsonFields options, root.Object("options"));
  TESSERA_RETURN_IF_ERROR(ParseOptions(options, &results.options));
  TESSERA_RETURN_IF_ERROR(root.Take("table", &results.table));
  if (root.Has("verdict")) {
    TESSERA_RETURN_IF_ERROR(root.Take("verdict", &results.verdict));
  }
  TESSERA_RETURN_IF_ERROR(root.Take("notes", &results.notes));
  TESSERA_RETURN_IF_ERROR(ParseRecords(root, &results.records));
  return results;
}

absl::StatusOr<ResultFile> ReadResultFile(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const std::string json,
                           ReadFile(path, kMostSettingsBytes));
  absl::StatusOr<ResultFile> results = ParseResultFile(json);
  if (!results.ok()) return WithPath(path, results.status());
  return results;
}

}  // namespace tessera
