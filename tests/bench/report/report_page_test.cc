#include "bench/report/report_page.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bench/results/result_file.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kPlace[] = R"({"tessera_results": "go here"})";

std::string Template() { return absl::StrCat("<a>", kPlace, "</a>"); }

std::string Result(const std::string& note) {
  ResultFile result;
  result.time = "2026-11-29T12:00:00Z";
  result.machine.fingerprint = "0123456789abcdef";
  result.table = "kernel";
  result.notes = {note};
  return RenderResultFile(result);
}

std::string Trends() {
  return R"({"schema": "tessera-bench-trends", "schema_version": 1,
             "series": []})";
}

// What is between <a> and </a>.
std::string Island(const std::string& html) {
  EXPECT_TRUE(absl::StartsWith(html, "<a>")) << html;
  EXPECT_TRUE(absl::EndsWith(html, "</a>")) << html;
  return html.substr(3, html.size() - 7);
}

TEST(ReportPageTest, PutsResultsIntoTheTemplate) {
  auto page = ReportPage::Create(Template());
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_TRUE(page->Add("a.json", Result("one")).ok());
  ASSERT_TRUE(page->Add("b \"c\".json", Result("two")).ok());
  ASSERT_TRUE(page->Add("", Trends()).ok());
  const std::string json = Island(page->Html("2026-11-29T12:00:00Z"));
  const auto document = JsonDocument::Parse(json);
  ASSERT_TRUE(document.ok()) << document.status() << json;
  const JsonValue root = document->root();
  EXPECT_EQ(root["made"].get_string().value(), "2026-11-29T12:00:00Z");
  EXPECT_EQ(root["files"].at(0)["name"].get_string().value(), "a.json");
  EXPECT_EQ(root["files"].at(1)["name"].get_string().value(), "b \"c\".json");
  EXPECT_EQ(root["files"].at(1)["result"]["notes"].at(0).get_string().value(),
            "two");
  EXPECT_TRUE(root["trends"]["series"].is_array());
}

TEST(ReportPageTest, WithoutResults) {
  const auto page = ReportPage::Create(Template());
  ASSERT_TRUE(page.ok());
  const std::string json = Island(page->Html("now"));
  const auto document = JsonDocument::Parse(json);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_TRUE(document->root()["trends"].is_null());
}

TEST(ReportPageTest, NothingInResultsEndsTheScript) {
  const std::string hostile =
      "</script><script>x()</script><!-- ]]> &amp; \xe2\x80\xa8\xe2\x80\xa9";
  auto page = ReportPage::Create(Template());
  ASSERT_TRUE(page.ok());
  ASSERT_TRUE(page->Add(hostile, Result(hostile)).ok());
  const std::string json = Island(page->Html(hostile));
  for (const char* bad : {"<", ">", "&", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    EXPECT_FALSE(absl::StrContains(json, bad)) << bad;
  }
  const auto document = JsonDocument::Parse(json);
  ASSERT_TRUE(document.ok()) << document.status();
  const JsonValue file = document->root()["files"].at(0);
  EXPECT_EQ(file["name"].get_string().value(), hostile);
  EXPECT_EQ(file["result"]["notes"].at(0).get_string().value(), hostile);
}

TEST(ReportPageTest, ResultsThatLookLikeThePlace) {
  auto page = ReportPage::Create(Template());
  ASSERT_TRUE(page.ok());
  ASSERT_TRUE(page->Add("a", Result(kPlace)).ok());
  const std::string json = Island(page->Html("now"));
  EXPECT_TRUE(JsonDocument::Parse(json).ok());
}

TEST(ReportPageTest, RefusesOtherTemplates) {
  for (const std::string& text :
       {std::string(), std::string("<html></html>"), Template() + Template()}) {
    const auto page = ReportPage::Create(text);
    EXPECT_TRUE(absl::IsDataLoss(page.status()));
    EXPECT_TRUE(absl::StrContains(page.status().message(),
                                  "bazel build //bench/report:template"));
  }
}

TEST(ReportPageTest, RefusesOtherInputs) {
  auto page = ReportPage::Create(Template());
  ASSERT_TRUE(page.ok());
  for (const std::string& json :
       {std::string(), std::string("[]"), std::string("{}"),
        std::string(R"({"schema": "tessera-bench")"),
        absl::StrReplaceAll(Result(""), {{"tessera-bench", "other"}}),
        absl::StrReplaceAll(Result(""), {{"\"records\"", "\"record\""}})}) {
    EXPECT_TRUE(absl::IsDataLoss(page->Add("a.json", json))) << json;
  }
  const absl::Status newer = page->Add(
      "a.json",
      absl::StrReplaceAll(Result(""), {{"version\": 1", "version\": 2"}}));
  EXPECT_TRUE(absl::IsUnimplemented(newer)) << newer;
  EXPECT_TRUE(absl::IsUnimplemented(page->Add(
      "t.json",
      absl::StrReplaceAll(Trends(), {{"version\": 1", "version\": 2"}}))));
  EXPECT_TRUE(absl::IsDataLoss(page->Add(
      "t.json", absl::StrReplaceAll(Trends(), {{"series", "other"}}))));
  // Nothing of them is on the page.
  const std::string html = page->Html("now");
  const auto document = JsonDocument::Parse(Island(html));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root()["files"].get_array().value().size(), 0u);
}

}  // namespace
}  // namespace tessera
