#include "bench/bench_flags.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "base/parse_flags.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

absl::StatusOr<BenchRequest> Parse(const std::vector<std::string>& arguments) {
  const absl::FlagSaver restore;
  const auto positional = ParseFlags(arguments);
  if (!positional.ok()) return positional.status();
  return BenchRequestFromFlags(*positional);
}

TEST(BenchFlagsTest, Kernels) {
  const auto request =
      Parse({"--kernels", "--types=Q4_0,F16", "--tokens=1,8",
             "--shapes=test-tiny,mistral-7b", "--layouts=rowmajor",
             "--isas=scalar", "--output=json", "--threads=3"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->subject, BenchRequest::Subject::kKernels);
  EXPECT_EQ(request->kernels.types,
            (std::vector<DType>{DType::kQ4_0, DType::kF16}));
  EXPECT_EQ(request->kernels.tokens, (std::vector<int64_t>{1, 8}));
  EXPECT_EQ(request->kernels.shapes[1].name, "mistral-7b");
  EXPECT_EQ(request->kernels.layouts,
            (std::vector<LayoutOrder>{LayoutOrder::kRowMajor}));
  EXPECT_EQ(request->kernels.isas, (std::vector<Isa>{Isa::kScalar}));
  EXPECT_EQ(request->output, OutputFormat::kJson);
  EXPECT_EQ(request->threads, 3);

  EXPECT_EQ(Parse({"--kernels"})->kernels.types, KernelTypes());
  EXPECT_EQ(Parse({"--kernels", "--isas=all"})->kernels.isas, SupportedIsas());
}

TEST(BenchFlagsTest, Advice) {
  const auto request = Parse(
      {"--advise=p", "--types=Q4_0,F16", "--shapes=test-tiny", "--tokens=1,8",
       "--isas=scalar", "--advise_rounds=10", "--seconds=0.5"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->subject, BenchRequest::Subject::kAdvice);
  EXPECT_EQ(request->advice.path, "p");
  EXPECT_EQ(request->advice.matrices.size(), 2u * 4);
  EXPECT_EQ(request->advice.turns.layouts.size(), 4u);
  EXPECT_EQ(request->advice.turns.layouts[0], LayoutOrder::kInterleaved);
  EXPECT_EQ(request->advice.turns.tokens, (std::vector<int64_t>{1, 8}));
  EXPECT_EQ(request->advice.turns.rounds, 10);
  EXPECT_EQ(request->advice.turns.sample_seconds, 0.05);
  EXPECT_EQ(request->advice.turns.isa, Isa::kScalar);
}

TEST(BenchFlagsTest, Arenas) {
  const auto request = Parse({"--arena=a.arena,b.arena", "--n_prompt=16,32",
                              "--n_gen=0", "--n_depth=0,8", "--batch=4"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->subject, BenchRequest::Subject::kArenas);
  EXPECT_EQ(request->arenas, (std::vector<std::string>{"a.arena", "b.arena"}));
  EXPECT_EQ(request->models.tests.size(), 5u);
  EXPECT_FALSE(request->compares());
}

TEST(BenchFlagsTest, SyntheticModelsAndPeers) {
  const std::string profile = ::testing::TempDir() + "/rules.profile";
  std::ofstream(profile) << "F16 gemv * * transposed\n";
  const auto request =
      Parse({"--synthetic=test-tiny", "--types=Q4_K_M,INT8",
             "--layouts=interleaved,auto", "--layout_profile", profile,
             "--peer=a,b", "--peer_args=;-rtr 1", "--rounds=3"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->subject, BenchRequest::Subject::kSynthetic);
  EXPECT_EQ(request->shape.name, "test-tiny");
  EXPECT_EQ(request->types, (std::vector<std::string>{"Q4_K_M", "INT8"}));
  EXPECT_FALSE(request->layouts[0].profile.has_value());
  ASSERT_TRUE(request->layouts[1].profile.has_value());
  EXPECT_EQ(request->layouts[1].profile->rules().size(), 1u);
  ASSERT_EQ(request->comparison.peers.size(), 2u);
  EXPECT_TRUE(request->comparison.peers[0].arguments.empty());
  EXPECT_EQ(request->comparison.peers[1].arguments,
            (std::vector<std::string>{"-rtr", "1"}));
  EXPECT_EQ(request->comparison.rounds, 3);
  EXPECT_EQ(request->comparison.tests.size(), 2u);
}

TEST(BenchFlagsTest, WrongUsage) {
  const struct {
    std::vector<std::string> arguments;
    const char* message;
  } kCases[] = {
      {{}, "--kernels, --arena, --synthetic and --advise"},
      {{"--kernels", "--arena=a"}, "one of --kernels"},
      {{"--kernels", "extra"}, "'extra'"},
      {{"--kernels", "--types=Q9"}, "'Q9'"},
      {{"--kernels", "--tokens=0"}, "--tokens: expected a whole number from 1"},
      {{"--kernels", "--tokens=x"}, "'x' is no integer"},
      {{"--kernels", "--layouts=spiral"}, "'spiral'"},
      {{"--kernels", "--layouts=auto"}, "whole models"},
      {{"--kernels", "--isas=z80"}, "this machine has: scalar"},
      {{"--kernels", "--seconds=0"}, "--seconds"},
      {{"--kernels", "--zeros=1.5"}, "--zeros"},
      {{"--advise=p", "--zeros=0.5"}, "--zeros: --advise"},
      {{"--advise=p", "--tokens=2,8"}, "--tokens: --advise needs 1"},
      {{"--advise=p", "--advise_rounds=7"},
       "--advise_rounds: expected a whole number from 8 to 10000, found 7"},
      {{"--advise=p", "--types=TQ1_0"}, "no matrix that could have"},
      {{"--advise=p", "--advise_for=/no/such.gguf"}, "/no/such.gguf"},
      {{"--advise=p", "--kernels"}, "one of --kernels"},
      {{"--kernels", "--shapes=llama-9"}, "known are"},
      {{"--kernels", "--output=xml"}, "'xml'"},
      {{"--kernels", "--threads=-1"},
       "--threads: expected a whole number from 0 to 4096, found -1"},
      {{"--synthetic=llama-9"}, "known are"},
      {{"--synthetic=test-tiny", "--types=keep"}, "'keep'"},
      {{"--arena=a", "--n_prompt=0", "--n_gen=0"}, "nothing to measure"},
      {{"--arena=a", "--repetitions=0"},
       "--repetitions: expected a whole number from 1"},
      {{"--arena=a", "--huge_pages=some"}, "--huge_pages"},
      {{"--arena=a", "--peer=p"}, "--peer_model"},
      {{"--arena=a,b", "--peer=p", "--peer_model=m"}, "--peer_model"},
      {{"--synthetic=test-tiny", "--peer=p", "--rounds=0"},
       "--rounds: expected a whole number from 1"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Parse(c.arguments).status();
    EXPECT_FALSE(status.ok()) << c.message;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

TEST(BenchFlagsTest, UsageBeginsWithExamples) {
  EXPECT_TRUE(absl::StrContains(BenchUsage(), "\n\n  bench --kernels"));
}

}  // namespace
}  // namespace tessera
