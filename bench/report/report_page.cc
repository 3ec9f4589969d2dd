#include "bench/report/report_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "base/version.h"
#include "bench/render_report.h"
#include "bench/results/json_fields.h"
#include "bench/results/result_file.h"
#include "formats/json/json_document.h"

namespace tessera {
namespace {

// build.mjs knows it too.
constexpr char kPlace[] = R"({"tessera_results": "go here"})";

// bench/results/trend_report.cc writes them.
constexpr char kTrendsSchema[] = "tessera-bench-trends";
constexpr int64_t kTrendsVersion = 1;

bool IsTrends(const JsonFields& root) {
  std::string schema;
  return root.Take("schema", &schema).ok() && schema == kTrendsSchema;
}

absl::Status CheckTrends(const JsonFields& root) {
  int64_t version;
  TESSERA_RETURN_IF_ERROR(root.Take("schema_version", &version));
  if (version != kTrendsVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "schema_version is ", version, ", expected ", kTrendsVersion));
  }
  return root.List("series").status();
}

}  // namespace

std::string JsonForScript(absl::string_view json) {
  // U+2028 and U+2029 end lines of older JavaScript.
  return absl::StrReplaceAll(json, {{"<", "\\u003c"},
                                    {">", "\\u003e"},
                                    {"&", "\\u0026"},
                                    {"\xe2\x80\xa8", "\\u2028"},
                                    {"\xe2\x80\xa9", "\\u2029"}});
}

absl::StatusOr<ReportPage> ReportPage::Create(std::string page_template) {
  const size_t place = page_template.find(kPlace);
  if (place == std::string::npos ||
      page_template.find(kPlace, place + 1) != std::string::npos) {
    return absl::DataLossError(
        "is no template of this version of bench; make it with\n"
        "  bazel build //bench/report:template");
  }
  ReportPage page;
  page.before_ = page_template.substr(0, place);
  page.after_ = page_template.substr(place + sizeof(kPlace) - 1);
  return page;
}

absl::Status ReportPage::Add(absl::string_view name, absl::string_view json) {
  TESSERA_ASSIGN_OR_RETURN(const JsonDocument document,
                           JsonDocument::Parse(json));
  TESSERA_ASSIGN_OR_RETURN(const JsonFields root,
                           JsonFields::Of(document.root(), ""));
  if (IsTrends(root)) {
    TESSERA_RETURN_IF_ERROR(CheckTrends(root));
    trends_ = std::string(json);
    return absl::OkStatus();
  }
  TESSERA_RETURN_IF_ERROR(ParseResultFile(json).status());
  files_.push_back(absl::StrCat("{\"name\": ", QuotedJson(name),
                                ", \"result\": ", json, "}"));
  return absl::OkStatus();
}

std::string ReportPage::Html(absl::string_view made) const {
  const std::string json = absl::StrCat(
      "{\"version\": ", QuotedJson(kTesseraVersion),
      ", \"made\": ", QuotedJson(made), ",\n\"files\": [\n",
      absl::StrJoin(files_, ",\n"), "],\n\"trends\": ", trends_, "}\n");
  return absl::StrCat(before_, JsonForScript(json), after_);
}

}  // namespace tessera
