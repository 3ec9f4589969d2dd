// The inspect tool from outside: output, exit codes, messages.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

struct Result {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Result Inspect(const std::string& arguments) {
  const std::string out = testing::TempDir() + "/out";
  const std::string err = testing::TempDir() + "/err";
  const int status = std::system(absl::StrCat("converter/inspect/inspect ",
                                              arguments, " >", out, " 2>", err)
                                     .c_str());
  return {WEXITSTATUS(status), ReadFile(out), ReadFile(err)};
}

std::string WriteArena(bool damaged) {
  ArenaBuilder builder = SmallArena();
  std::vector<uint8_t> bytes = builder.FileWith(builder.Finish());
  if (damaged) bytes[2 << 20] ^= 1;
  const std::string path = testing::TempDir() + "/small.arena";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

constexpr char kGguf[] = "testdata/tiny/gguf/tiny-Q4_0.gguf";

TEST(InspectMainTest, DescribesAGguf) {
  const Result result = Inspect(kGguf);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(absl::StartsWith(
      result.out, absl::StrCat(kGguf,
                               ": GGUF v3, 1.39 MB (1,394,816 bytes), "
                               "30 tensors, 2,295,552 weights\n")))
      << result.out;
  EXPECT_TRUE(absl::StrContains(result.out, "blk.2.ffn_up.weight"));
}

TEST(InspectMainTest, VerifiesAnArena) {
  Result result = Inspect("--verify " + WriteArena(false));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(absl::StrContains(result.out, "all hashes match"));
  const std::string path = WriteArena(true);
  result = Inspect("--verify --threads=2 " + path);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(absl::StartsWith(
      result.err,
      absl::StrCat("inspect: ", path, ": chunk [2097152, 4194304)")))
      << result.err;
  EXPECT_EQ(result.err.find('\n'), result.err.size() - 1);
}

TEST(InspectMainTest, JsonAndMap) {
  const std::string map = testing::TempDir() + "/map.svg";
  for (int round = 0; round < 2; ++round) {  // the second replaces the first
    const Result result =
        Inspect(absl::StrCat("--format=json --map=", map, " ", kGguf));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(
        absl::StartsWith(result.out, "{\n \"schema\": 1,\n \"path\": "));
    EXPECT_TRUE(absl::StartsWith(ReadFile(map), "<svg "));
  }
}

TEST(InspectMainTest, TensorsCanBeLeftOut) {
  const Result result = Inspect(absl::StrCat("--notensors ", kGguf));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(absl::StrContains(result.out, "blk.2.ffn_up.weight"));
}

TEST(InspectMainTest, QualityIsForArenas) {
  const std::string path = WriteArena(false);
  Result result = Inspect("--quality " + path);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(absl::StartsWith(result.out, "quality\n  name ")) << result.out;
  EXPECT_TRUE(absl::StrContains(result.out, "\n  total "));
  result = Inspect("--quality --format=json " + path);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(absl::StartsWith(result.out, "{\n \"tensors\": [")) << result.out;
  result = Inspect(absl::StrCat("--quality ", kGguf));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(absl::StartsWith(
      result.err, absl::StrCat("inspect: ", kGguf, ": not an arena")));
}

TEST(InspectMainTest, Failures) {
  Result result = Inspect("/no/such.arena");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err.find("inspect: /no/such.arena: "), 0) << result.err;
  result = Inspect(absl::StrCat("--map=/no/such/folder/map.svg ", kGguf));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err.find("inspect: /no/such/folder/map.svg: "), 0);
  result = Inspect("BUILD-that-is-not-there --verify");
  EXPECT_EQ(result.exit_code, 1);
}

TEST(InspectMainTest, WrongUsage) {
  for (const char* arguments :
       {"", "one two", "--format=xml x", "--threads=-1 x", "--nonsense x"}) {
    const Result result = Inspect(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StrContains(result.err, "inspect: ")) << result.err;
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
  }
}

TEST(InspectMainTest, HelpShowsExamplesFirst) {
  const Result result = Inspect("--help");
  EXPECT_EQ(result.exit_code, 0);
  const size_t example = result.out.find("inspect --map=model.svg model.arena");
  const size_t flags = result.out.find("--format");
  EXPECT_NE(example, std::string::npos);
  EXPECT_LT(example, result.out.rfind("--verify"));
  EXPECT_NE(flags, std::string::npos);
}

TEST(InspectMainTest, RewarmReadsTheFileBack) {
  const std::string path = WriteArena(false);
  const std::string before = ReadFile(path);
  const Result result = Inspect(absl::StrCat("--rewarm ", path));
  // Where the kernel or the file system has no huge pages, it says so.
  if (result.exit_code == 0) {
    EXPECT_TRUE(absl::StrContains(result.out, " in huge pages before"))
        << result.out;
    EXPECT_TRUE(absl::StrContains(result.out, "read back in ")) << result.out;
  } else {
    EXPECT_TRUE(absl::StrContains(result.err, "large folios")) << result.err;
  }
  EXPECT_EQ(ReadFile(path), before);
  EXPECT_EQ(Inspect("--rewarm no_such_file").exit_code, 1);
}

}  // namespace
}  // namespace tessera
