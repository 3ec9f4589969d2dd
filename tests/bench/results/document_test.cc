// docs/bench_results.md says what the code does.
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/read_file.h"
#include "bench/results/history.h"
#include "bench/results/result_file.h"
#include "bench/results/sqlite_database.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

std::string Document() {
  const auto text = ReadFile("docs/bench_results.md");
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

// The first block of JSON.
std::string Example() {
  constexpr absl::string_view kFence = "```json\n";
  const std::string document = Document();
  const size_t begin = document.find(kFence.data()) + kFence.size();
  return document.substr(begin, document.find("```", begin) - begin);
}

TEST(DocumentTest, TheExampleIsAFile) {
  const auto results = ParseResultFile(Example());
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(RenderResultFile(*results), Example());
}

TEST(DocumentTest, NamesEveryColumn) {
  const std::string document = Document();
  const std::string path = ::testing::TempDir() + "/columns.db";
  std::filesystem::remove(path);
  ASSERT_TRUE(History::OpenOrCreate(path).ok());
  auto database = SqliteDatabase::Open(path, SqliteDatabase::Mode::kRead,
                                       absl::ZeroDuration());
  ASSERT_TRUE(database.ok()) << database.status();
  auto columns = database->Prepare(
      "SELECT m.name, c.name FROM sqlite_master AS m, "
      "pragma_table_info(m.name) AS c WHERE m.type = 'table'");
  ASSERT_TRUE(columns.ok()) << columns.status();
  int count = 0;
  for (; *columns->Step(); ++count) {
    EXPECT_TRUE(absl::StrContains(
        document, absl::StrCat("\n**", columns->Text(0), "**")));
    EXPECT_TRUE(
        absl::StrContains(document, absl::StrCat("`", columns->Text(1), "`")))
        << columns->Text(1);
  }
  EXPECT_EQ(count, 38);
}

}  // namespace
}  // namespace tessera
