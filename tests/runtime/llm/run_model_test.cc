#include "runtime/llm/run_model.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

// Converts `input` from the test data to an arena and returns its path.
std::string Arena(const std::string& input, const std::string& name) {
  const std::string path = testing::TempDir() + "/" + name;
  const absl::Status status =
      ConvertModel("testdata/tiny/" + input, path, ConvertModelOptions());
  EXPECT_TRUE(status.ok()) << status;
  return path;
}

RunOptions GreedyOptions(const std::string& arena) {
  RunOptions options;
  options.arena = arena;
  options.prompt = "It was Ella's birthday.";
  options.sampler.temperature = 0;
  options.generate.n_predict = 12;
  options.threads = 2;
  return options;
}

TEST(RunModelTest, StreamsPromptAndTextAndReports) {
  RunOptions options = GreedyOptions(Arena("model.safetensors", "run.arena"));
  std::string streamed;
  const auto append = [&](absl::string_view text) {
    streamed.append(text.data(), text.size());
  };
  const auto report = RunModel(options, append);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(streamed, options.prompt + report->text());
  EXPECT_FALSE(report->text().empty());
  EXPECT_EQ(report->ids_size(), 12);
  EXPECT_EQ(report->stop(), "length");
  EXPECT_EQ(report->prefill().tokens(),
            static_cast<uint32_t>(report->prompt_ids_size()));
  EXPECT_EQ(report->decode().tokens(), 11u);
  EXPECT_EQ(report->ctx_size(), 512u);
  EXPECT_GT(report->decode_gigabytes_per_second(), 0);

  options.show_prompt = false;
  streamed.clear();
  const auto again = RunModel(options, append);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(streamed, report->text());
}

TEST(RunModelTest, PromptLongerThanTheContextIsRefused) {
  RunOptions options = GreedyOptions(Arena("model.safetensors", "run.arena"));
  options.ctx_size = 3;
  const auto report = RunModel(options, [](absl::string_view) {});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(report.status().message(), options.arena));
  EXPECT_TRUE(absl::StrContains(report.status().message(), "--ctx_size"));
}

TEST(RunModelTest, AVocabularyTokenizesButDoesNotRun) {
  const std::string arena = Arena("spm/tiny-spm-vocab.gguf", "vocab.arena");
  const auto plain = TokenizeText(arena, "Hello", {false, false});
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_FALSE(plain->empty());
  const auto special = TokenizeText(arena, "Hello", {true, true});
  ASSERT_TRUE(special.ok());
  EXPECT_EQ(special->size(), plain->size() + 1);

  const auto report = RunModel(GreedyOptions(arena), [](absl::string_view) {});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(report.status().message(), "no weights"));
}

}  // namespace
}  // namespace tessera
