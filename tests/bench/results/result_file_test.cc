#include "bench/results/result_file.h"

#include <cmath>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

// `text` of the sample with the first `from` replaced.
std::string SampleWith(absl::string_view from, absl::string_view to) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.records = {KernelRecord("Q4_0", "token", {10, 11})};
  std::string text = RenderResultFile(run);
  const size_t at = text.find(std::string(from));
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), std::string(to));
}

TEST(ResultFileTest, ReadsWhatItWrites) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.records = {KernelRecord("Q4_0", "token", {10, 10.5, 11}),
                 KernelRecord("F16", "a \"b\"\n\u00b1", {1.5})};
  run.records[0].push_back({"flag", true});
  run.records[0].push_back({"none", std::vector<double>()});
  run.records[0].push_back({"words", std::vector<std::string>{"a", "b"}});
  const std::string text = RenderResultFile(run);
  const auto read = ParseResultFile(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->time, run.time);
  EXPECT_EQ(read->build.commit, run.build.commit);
  EXPECT_EQ(read->machine.isas, run.machine.isas);
  EXPECT_EQ(read->machine.fingerprint, run.machine.fingerprint);
  EXPECT_EQ(read->options.flags, run.options.flags);
  EXPECT_EQ(read->notes, run.notes);
  ASSERT_EQ(read->records.size(), 2u);
  EXPECT_EQ(std::get<std::string>(read->records[1][5].value),
            "a \"b\"\n\u00b1");
  // History tells runs by their text.
  EXPECT_EQ(RenderResultFile(*read), text);
}

TEST(ResultFileTest, IsReadableByPeople) {
  const std::string text = SampleWith("kernel", "kernel");
  EXPECT_TRUE(absl::StartsWith(text,
                               "{\n"
                               "  \"schema\": \"tessera-bench\",\n"
                               "  \"schema_version\": 1,\n"
                               "  \"time\": \"2026-11-29T12:00:00Z\",\n"
                               "  \"build\": {\n"
                               "    \"version\": \"0.1.0\",\n"))
      << text;
  EXPECT_TRUE(
      absl::StrContains(text, "    \"isas\": [\"scalar\", \"avx2\"],\n"));
  EXPECT_TRUE(absl::StrContains(text,
                                "  \"records\": [\n"
                                "    {\n"
                                "      \"n_threads\": 2,\n"));
}

TEST(ResultFileTest, WritesValidJsonWhateverIsInIt) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.notes = {"\xff\xfe"};
  run.records = {{{"nan", std::nan("")}, {"path", std::string("/\xff\x01")}}};
  EXPECT_TRUE(ParseResultFile(RenderResultFile(run)).ok());
}

TEST(ResultFileTest, SkipsWhatItDoesNotKnow) {
  EXPECT_TRUE(
      ParseResultFile(SampleWith("\"time\"", "\"later\": [{}, null], \"time\""))
          .ok());
}

TEST(ResultFileTest, RefusesNewerSchemas) {
  const absl::Status status =
      ParseResultFile(SampleWith("_version\": 1", "_version\": 2")).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "schema_version is 2"));
}

TEST(ResultFileTest, NamesWhatIsDamaged) {
  const struct {
    std::string text;
    const char* message;
  } kCases[] = {
      {"", "is not JSON"},
      {"{\"schema\": \"tessera-bench\" 1}", "from byte 27"},
      {"[]", "is an array, expected an object"},
      {"{}", "schema is missing"},
      {SampleWith("tessera-bench", "llama"), "schema is 'llama'"},
      {SampleWith("_version\": 1", "_version\": 0"), "schema_version is 0"},
      {SampleWith("_version\": 1", "_version\": 1.5"), "schema_version is no"},
      {SampleWith("T12:00:00Z", " noon"), "time is '2026-11-29 noon'"},
      {SampleWith("\"dirty\": false", "\"dirty\": 0"),
       "build.dirty is no bool"},
      {SampleWith("\"commit\"", "\"comit\""), "build.commit is missing"},
      {SampleWith("\"family\": 25", "\"family\": \"25\""), "machine.family"},
      {SampleWith("\"family\": 25", "\"family\": 18446744073709551615"),
       "larger than"},
      {SampleWith("[\"scalar\", \"avx2\"]", "[\"scalar\", 2]"), "machine.isas"},
      {SampleWith("\"fingerprint\": \"", "\"fingerprint\": \"x"),
       "machine.fingerprint is 'x"},
      {SampleWith("\"kernels\": \"true\"", "\"kernels\": true"),
       "options.flags.kernels is no string"},
      {SampleWith("\"records\": [", "\"records\": [7, "),
       "records[0] is an integer"},
      {SampleWith("\"n_threads\": 2", "\"n_threads\": null"),
       "records[0].n_threads is none of"},
      {SampleWith("\"n_threads\": 2", "\"n_threads\": {}"),
       "records[0].n_threads is none of"},
      {SampleWith("[10, 11]", "[10, \"x\"]"), "records[0].samples_us"},
      {SampleWith("[10, 11]", "[\"x\", 10]"), "records[0].samples_us"},
      {SampleWith("[10, 11]", "[[10], 11]"), "records[0].samples_us"},
      {SampleWith("\"isa\": \"avx2\",\n      \"type\"",
                  "\"type\": 1, \"type\""),
       "records[0] has the key 'type' twice"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ParseResultFile(c.text).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << c.message << ": " << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

// No prefix of a file is a file.
TEST(ResultFileTest, RefusesTruncatedFiles) {
  const std::string text = SampleWith("kernel", "kernel");
  for (size_t size = 0; size + 2 < text.size(); size += 7) {
    EXPECT_TRUE(
        absl::IsDataLoss(ParseResultFile(text.substr(0, size)).status()));
  }
}

TEST(ResultFileTest, ErrorsNameTheFile) {
  const std::string path = ::testing::TempDir() + "/bad.json";
  std::ofstream(path) << "{}";
  EXPECT_EQ(ReadResultFile(path).status().message(),
            absl::StrCat(path, ": schema is missing"));
  EXPECT_TRUE(absl::IsNotFound(ReadResultFile("/no/such.json").status()));
}

}  // namespace
}  // namespace tessera
