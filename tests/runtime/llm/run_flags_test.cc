#include "runtime/llm/run_flags.h"

#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "base/parse_flags.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

class RunFlagsTest : public testing::Test {
 protected:
  // The options that `arguments` ask for.
  absl::StatusOr<RunOptions> Options(
      const std::vector<std::string>& arguments) {
    absl::FlagSaver saver;
    const auto positional = ParseFlags(arguments);
    if (!positional.ok()) return positional.status();
    return RunOptionsFromFlags(*positional);
  }

  void ExpectWrong(const std::vector<std::string>& arguments,
                   absl::string_view text) {
    const auto options = Options(arguments);
    EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(options.status().message(), text))
        << options.status();
  }
};

TEST_F(RunFlagsTest, DefaultsAreThoseOfTheContract) {
  const auto options = Options({"m.arena", "--prompt=x"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->arena, "m.arena");
  EXPECT_EQ(options->prompt, "x");
  EXPECT_EQ(options->generate.n_predict, -1);
  EXPECT_EQ(options->sampler.temperature, 0.8);
  EXPECT_EQ(options->sampler.top_k, 40);
  EXPECT_EQ(options->sampler.top_p, 0.95);
  EXPECT_EQ(options->sampler.min_p, 0.05);
  EXPECT_EQ(options->sampler.repeat_penalty, 1.0);
  EXPECT_EQ(options->threads, 0);
  EXPECT_EQ(options->ctx_size, 0);
  EXPECT_EQ(options->load.huge_pages, HugePages::kAuto);
  EXPECT_EQ(options->load.populate, Populate::kAhead);
  EXPECT_EQ(options->load.verify, Verify::kNone);
  EXPECT_EQ(options->load.readers, 0);
  EXPECT_FALSE(options->load.mlock);
  EXPECT_EQ(options->numa.kind, NumaPolicy::Kind::kOff);
  EXPECT_TRUE(options->show_prompt);
  EXPECT_FALSE(options->json);
}

TEST_F(RunFlagsTest, ConversationsNeedNoPrompt) {
  const auto options = Options({"m.arena", "--chat", "--system=Be brief."});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_TRUE(options->chat);
  EXPECT_EQ(options->system_prompt, "Be brief.");
  EXPECT_EQ(options->prompt, "");
  EXPECT_TRUE(Options({"m.arena", "--chat", "--prompt=x", "--json"}).ok());
  ExpectWrong({"m.arena", "--chat", "--json"}, "give --prompt or --file");
  ExpectWrong({"m.arena", "--prompt=x", "--system=y"},
              "--system is for --chat");
}

TEST_F(RunFlagsTest, EveryFlagHasItsEffect) {
  const auto options = Options({"m.arena",        "--prompt=x",
                                "--n_predict=5",  "--temperature=0",
                                "--top_k=1",      "--top_p=0.5",
                                "--min_p=0",      "--repeat_penalty=1.1",
                                "--seed=9",       "--threads=3",
                                "--ctx_size=77",  "--huge_pages=off",
                                "--json",         "--quiet",
                                "--ignore_eos",   "--noshow_prompt",
                                "--populate=all", "--verify=lazy",
                                "--numa=bind=1",  "--mlock",
                                "--readers=7",    "--max_memory=999"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->generate.n_predict, 5);
  EXPECT_EQ(options->sampler.temperature, 0);
  EXPECT_EQ(options->sampler.top_k, 1);
  EXPECT_EQ(options->sampler.top_p, 0.5);
  EXPECT_EQ(options->sampler.min_p, 0);
  EXPECT_EQ(options->sampler.repeat_penalty, 1.1);
  EXPECT_EQ(options->sampler.seed, 9u);
  EXPECT_EQ(options->threads, 3);
  EXPECT_EQ(options->ctx_size, 77);
  EXPECT_EQ(options->load.huge_pages, HugePages::kOff);
  EXPECT_EQ(options->load.populate, Populate::kAll);
  EXPECT_EQ(options->load.verify, Verify::kLazy);
  EXPECT_EQ(options->load.readers, 7);
  EXPECT_EQ(options->load.memory_bytes, 999u);
  EXPECT_TRUE(options->load.mlock);
  EXPECT_EQ(options->numa.kind, NumaPolicy::Kind::kBind);
  EXPECT_EQ(options->numa.node, 1);
  EXPECT_TRUE(options->json);
  EXPECT_TRUE(options->quiet);
  EXPECT_TRUE(options->generate.ignore_eos);
  EXPECT_FALSE(options->show_prompt);
}

TEST_F(RunFlagsTest, WrongUsageIsNamed) {
  ExpectWrong({"--prompt=x"}, "no arena");
  ExpectWrong({"a", "b", "--prompt=x"}, "'b'");
  ExpectWrong({"a"}, "either --prompt or --file, or hold");
  ExpectWrong({"a", "--prompt=x", "--file=y"}, "either --prompt or --file");
  ExpectWrong({"a", "--prompt=x", "--add_special"}, "are for --tokenize_file");
  ExpectWrong({"a", "--prompt=x", "--huge_pages=maybe"},
              "--huge_pages: 'maybe' is none of auto, file, thp, hugetlb, off");
  ExpectWrong({"a", "--prompt=x", "--populate=no"}, "--populate: ");
  ExpectWrong({"a", "--prompt=x", "--verify=yes"}, "--verify: ");
  ExpectWrong({"a", "--prompt=x", "--numa=bind=x"}, "--numa: ");
}

TEST_F(RunFlagsTest, NumbersBeyondTheirRangeSayIt) {
  const auto expect = [this](const std::string& flag, absl::string_view text) {
    ExpectWrong({"a", "--prompt=x", flag}, text);
  };
  expect("--temperature=-1", "--temperature: expected a number from 0 to 1000");
  expect("--top_k=-5", "--top_k: expected a whole number from 0 to 2147483647");
  expect("--top_p=1.5", "--top_p: expected a number from 0 to 1, found '1.5'");
  expect("--repeat_penalty=0", "--repeat_penalty: expected a number from 0.01");
  expect("--n_predict=-2", "--n_predict: expected a whole number from -1 to ");
  expect("--threads=-1", "--threads: expected a whole number from 0 to 4096");
  expect("--ctx_size=-1", "--ctx_size: expected a whole number from 0 to ");
  expect("--seed=4294967296",
         "--seed: expected a whole number from -1 to "
         "4294967295, found '4294967296'");
  expect("--readers=257", "--readers: expected a whole number from 0 to 256");
  expect("--max_memory=-1",
         "--max_memory: '-1' is no size; expected a number "
         "with k, M, G, Ki, Mi, Gi");
}

TEST_F(RunFlagsTest, SizesHaveUnits) {
  EXPECT_EQ(
      Options({"a", "--prompt=x", "--max_memory=700MiB"})->load.memory_bytes,
      uint64_t{700} << 20);
  EXPECT_EQ(Options({"a", "--prompt=x", "--max_memory=4G"})->load.memory_bytes,
            4'000'000'000u);
}

// They would be ignored in silence.
TEST_F(RunFlagsTest, WhatHasNoEffectIsRefused) {
  const auto error = [](const std::vector<std::string>& arguments) {
    absl::FlagSaver saver;
    EXPECT_TRUE(ParseFlags(arguments).ok());
    return std::string(
        WantsTokenization()
            ? TokenizeRequestFromFlags({"m.arena"}).status().message()
            : TemplateRequestFromFlags({"m.arena"}).status().message());
  };
  EXPECT_EQ(error({"--tokenize_file=t", "--prompt=x"}),
            "--prompt has no effect beside --tokenize_file; leave it out");
  EXPECT_EQ(error({"--tokenize_file=t", "--apply_template=c"}),
            "--apply_template has no effect beside --tokenize_file; leave it "
            "out");
  EXPECT_EQ(error({"--apply_template=c", "--json"}),
            "--json has no effect beside --apply_template; leave it out");
  EXPECT_EQ(error({"--apply_template=c", "--add_special"}),
            "--add_special has no effect beside --apply_template; leave it "
            "out");
  EXPECT_EQ(error({"--tokenize_file=t", "--quiet", "--parse_special"}), "");
}

TEST_F(RunFlagsTest, TokenizesPlainlyUnlessTold) {
  absl::FlagSaver saver;
  EXPECT_FALSE(WantsTokenization());
  ASSERT_TRUE(ParseFlags({"--tokenize_file=t"}).ok());
  EXPECT_TRUE(WantsTokenization());
  auto request = TokenizeRequestFromFlags({"m.arena"});
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->arena, "m.arena");
  EXPECT_EQ(request->file, "t");
  EXPECT_FALSE(request->encode.add_special);
  EXPECT_FALSE(request->encode.parse_special);
  ASSERT_TRUE(ParseFlags({"--add_special", "--parse_special"}).ok());
  request = TokenizeRequestFromFlags({"m.arena"});
  EXPECT_TRUE(request->encode.add_special);
  EXPECT_TRUE(request->encode.parse_special);
}

}  // namespace
}  // namespace tessera
