#include "runtime/llm/run_flags.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "base/parse_flags.h"
#include "gtest/gtest.h"
#include "runtime/llm/run_aliases.h"
#include "runtime/llm/sampler_flags.h"

namespace tessera {
namespace {

class RunFlagsTest : public testing::Test {
 protected:
  // The options that `arguments` ask for.
  absl::StatusOr<RunOptions> Options(
      const std::vector<std::string>& arguments) {
    absl::FlagSaver saver;
    const auto positional = ParseFlags(arguments, RunAliases());
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
  EXPECT_EQ(options->source.kind, PromptSource::Kind::kText);
  EXPECT_EQ(options->generate.n_predict, -1);
  EXPECT_EQ(options->generate.logprobs, -1);
  EXPECT_TRUE(options->generate.stop_texts.empty());
  EXPECT_FALSE(options->generate.shift.has_value());
  EXPECT_EQ(options->sampler.repeat_last_n, 64);
  EXPECT_EQ(options->sampler.presence_penalty, 0);
  EXPECT_EQ(options->sampler.frequency_penalty, 0);
  EXPECT_EQ(options->sampler.dry.multiplier, 0);
  EXPECT_EQ(options->sampler.dry.base, 1.75);
  EXPECT_EQ(options->sampler.dry.allowed_length, 2);
  EXPECT_EQ(options->sampler.dry.penalty_last_n, -1);
  EXPECT_EQ(options->dry_breaker_texts,
            (std::vector<std::string>{"\n", ":", "\"", "*"}));
  EXPECT_TRUE(options->sampler.logit_bias.empty());
  EXPECT_TRUE(options->rope.empty());
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
  EXPECT_EQ(options->source.kind, PromptSource::Kind::kConversation);
  EXPECT_TRUE(Options({"m.arena", "--chat", "--prompt=x", "--json"}).ok());
  EXPECT_EQ(Options({"m.arena", "--chat", "-p", ""})->source.kind,
            PromptSource::Kind::kConversation);
  ExpectWrong({"m.arena", "--chat", "--json"}, "give --prompt, --file or");
  ExpectWrong({"m.arena", "--chat", "--json_lines"},
              "--chat with --json_lines answers once");
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
  ExpectWrong({"--prompt=x"}, "no model given");
  ExpectWrong({"a", "--model=b", "--prompt=x"}, "there is also 'a'");
  ExpectWrong({"a", "b", "--prompt=x"}, "'b'");
  ExpectWrong({"a", "--prompt=x", "--file=y"}, "give one of --prompt, --file");
  ExpectWrong({"a", "--prompt=", "--prompts=y"}, "give one of --prompt");
  ExpectWrong({"a", "--prompt=x", "--json", "--json_lines"}, "give either");
  ExpectWrong({"a", "--prompt=x", "--logprobs=1"}, "is for --json and");
  ExpectWrong({"a", "--prompt=x", "--keep=1"}, "is for --context_shift");
  ExpectWrong({"a", "--prompt=x", "--stop="}, "--stop: the text is empty");
  ExpectWrong({"a", "--prompt=x", "--rope_scale=2", "--rope_freq_scale=0.5"},
              "give either --rope_scale or --rope_freq_scale");
  ExpectWrong({"a", "--prompt=x", "--add_special"}, "are for --tokenize_file");
  ExpectWrong({"a", "--prompt=x", "--huge_pages=maybe"},
              "--huge_pages: 'maybe' is none of auto, file, thp, hugetlb, off");
  ExpectWrong({"a", "--prompt=x", "--populate=no"}, "--populate: ");
  ExpectWrong({"a", "--prompt=x", "--verify=yes"}, "--verify: ");
  ExpectWrong({"a", "--prompt=x", "--numa=bind=x"}, "--numa: ");
}

TEST_F(RunFlagsTest, PromptsComeFromWhereTheyAreSaidToBe) {
  using Kind = PromptSource::Kind;
  const auto source = [this](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"m.arena"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const auto options = Options(arguments);
    EXPECT_TRUE(options.ok()) << options.status();
    return options->source;
  };
  EXPECT_EQ(source({}).kind, Kind::kPipe);
  EXPECT_EQ(source({"-p", ""}).kind, Kind::kText);
  EXPECT_EQ(source({"-f", "-"}).kind, Kind::kFile);
  EXPECT_EQ(source({"-f", "-"}).path, "-");
  EXPECT_EQ(source({"--prompts", "list"}).kind, Kind::kList);
  EXPECT_EQ(source({"--prompts", "list"}).path, "list");
  EXPECT_TRUE(source({"--prompts", "list", "-e"}).unescape);
  EXPECT_EQ(source({"--chat", "-f", "x"}).kind, Kind::kFile);
}

TEST_F(RunFlagsTest, LlamaCppsNamesMeanTheSame) {
  const auto options = Options({"-m",
                                "m.arena",
                                "-p",
                                "a\\nb",
                                "-n",
                                "5",
                                "-c",
                                "77",
                                "-t",
                                "3",
                                "-s",
                                "9",
                                "-e",
                                "--temp",
                                "0.5",
                                "--top-k",
                                "7",
                                "--repeat-last-n",
                                "-1",
                                "-r",
                                "User:\\n",
                                "--reverse-prompt",
                                "\\x41",
                                "-l",
                                "5+1.5,6-inf",
                                "--logit-bias",
                                "7-2e1",
                                "--no-display-prompt",
                                "--ignore-eos",
                                "--presence-penalty",
                                "0.25",
                                "--frequency-penalty",
                                "-0.5",
                                "--dry-multiplier",
                                "0.8",
                                "--dry-base",
                                "2",
                                "--dry-allowed-length",
                                "3",
                                "--dry-penalty-last-n",
                                "64",
                                "--dry-sequence-breaker",
                                "\\n",
                                "--context-shift",
                                "--keep",
                                "-1",
                                "--rope-freq-scale",
                                "0.25",
                                "--rope-freq-base",
                                "1e6",
                                "--rope-scaling",
                                "yarn",
                                "--yarn-orig-ctx",
                                "512"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->arena, "m.arena");
  EXPECT_EQ(options->prompt, "a\nb");
  EXPECT_EQ(options->generate.n_predict, 5);
  EXPECT_EQ(options->ctx_size, 77);
  EXPECT_EQ(options->threads, 3);
  const SamplerOptions& sampler = options->sampler;
  EXPECT_EQ(sampler.seed, 9u);
  EXPECT_EQ(sampler.temperature, 0.5);
  EXPECT_EQ(sampler.top_k, 7);
  EXPECT_EQ(sampler.repeat_last_n, -1);
  EXPECT_EQ(options->generate.stop_texts,
            (std::vector<std::string>{"User:\n", "A"}));
  ASSERT_EQ(sampler.logit_bias.size(), 3u);
  EXPECT_EQ(sampler.logit_bias[0].id, 5);
  EXPECT_EQ(sampler.logit_bias[0].value, 1.5f);
  EXPECT_EQ(sampler.logit_bias[1].value, -INFINITY);
  EXPECT_EQ(sampler.logit_bias[2].value, -20.0f);
  EXPECT_FALSE(options->show_prompt);
  EXPECT_EQ(sampler.presence_penalty, 0.25);
  EXPECT_EQ(sampler.frequency_penalty, -0.5);
  EXPECT_EQ(sampler.dry.multiplier, 0.8);
  EXPECT_EQ(sampler.dry.base, 2);
  EXPECT_EQ(sampler.dry.allowed_length, 3);
  EXPECT_EQ(sampler.dry.penalty_last_n, 64);
  EXPECT_EQ(options->dry_breaker_texts, std::vector<std::string>{"\n"});
  EXPECT_EQ(options->generate.shift->keep, -1);
  EXPECT_EQ(options->rope.scale, 4);
  EXPECT_EQ(options->rope.freq_base, 1e6);
  EXPECT_EQ(options->rope.scaling, "yarn");
  EXPECT_EQ(options->rope.yarn_orig_ctx, 512);
  EXPECT_TRUE(Options({"m", "-p", "x", "--dry-sequence-breaker", "none"})
                  ->dry_breaker_texts.empty());
  EXPECT_TRUE(Options({"m", "-cnv", "-sys", "Be brief."})->chat);
}

TEST_F(RunFlagsTest, WhatLlamaCppHasAndRunHasNotIsExplained) {
  ExpectWrong({"m", "-p", "x", "-ngl", "99"},
              "-ngl: Tessera computes on the CPU; leave it out");
  ExpectWrong({"m", "-p", "x", "--no-mmap"}, "--no-mmap: an arena is always");
  ExpectWrong({"m", "-p", "x", "--mirostat", "2"}, "there is no such sampler");
  ExpectWrong({"m", "-p", "x", "-fa", "on"}, "-fa: attention is always");
}

TEST_F(RunFlagsTest, BiasesHaveASign) {
  for (const char* wrong :
       {"", "5", "+1", "5+", "5-", "x+1", "5+x", "5+nan", "5+inf", "-5+1",
        "5+1,", "5++1", "5+-1", "99999999999+1", "5 + 1x"}) {
    ExpectWrong({"m", "-p", "x", "--logit_bias", wrong},
                "--logit_bias: expected ID+NUMBER, ID-NUMBER or ID-inf");
  }
  EXPECT_EQ(ParseLogitBias("1+0,2-0.5")->size(), 2u);
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
