#include "runtime/model/rope_overrides.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "runtime/model/decoder.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

using Replacements = std::vector<std::pair<std::string, std::string>>;

// The tiny model with another config.json, as an arena.
std::unique_ptr<LoadedArena> Open(const Replacements& changes) {
  const std::string folder = testing::TempDir() + "/rope";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const char* name : {"model.safetensors", "tokenizer.json",
                           "tokenizer_config.json", "config.json"}) {
    std::filesystem::copy(absl::StrCat("testdata/tiny/", name), folder);
  }
  const std::string config = folder + "/config.json";
  std::ostringstream text;
  text << std::ifstream(config).rdbuf();
  std::string changed = text.str();
  for (const auto& change : changes) {
    EXPECT_TRUE(absl::StrContains(changed, change.first));
    changed = absl::StrReplaceAll(changed, {change});
  }
  std::filesystem::remove(config);
  std::ofstream(config) << changed;
  const std::string path = testing::TempDir() + "/rope.arena";
  const absl::Status status = ConvertModel(folder, path, {});
  EXPECT_TRUE(status.ok()) << status;
  auto arena = LoadedArena::Open(path, LoadOptions());
  EXPECT_TRUE(arena.ok()) << arena.status();
  return *std::move(arena);
}

struct Result {
  std::vector<float> logits;
  int64_t trained_positions = 0;
};

Result RunModel(const LoadedArena& arena, const RopeOverrides& rope) {
  ThreadPool pool(1);
  DecoderOptions options;
  options.pool = &pool;
  options.rope = rope;
  auto decoder = Decoder::Create(arena, options);
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  std::vector<int32_t> ids;
  for (int i = 0; i < 100; ++i) ids.push_back((i * 37 + 5) % 1000);
  const auto logits = (*decoder)->Forward(ids, 1);
  EXPECT_TRUE(logits.ok()) << logits.status();
  return {std::vector<float>(logits->begin(), logits->end()),
          (*decoder)->trained_positions()};
}

std::string Error(const LoadedArena& arena, const RopeOverrides& rope) {
  ThreadPool pool(1);
  DecoderOptions options;
  options.pool = &pool;
  options.rope = rope;
  return std::string(Decoder::Create(arena, options).status().message());
}

// An override is what the configuration would have said.
void ExpectEqual(const RopeOverrides& rope, const Replacements& changes) {
  const Result plain = RunModel(*Open({}), {});
  const Result overridden = RunModel(*Open({}), rope);
  const Result converted = RunModel(*Open(changes), {});
  EXPECT_EQ(overridden.logits, converted.logits);
  EXPECT_NE(overridden.logits, plain.logits);
}

TEST(RopeOverridesTest, TheBaseIsThatOfTheConfiguration) {
  ExpectEqual({.freq_base = 50000},
              {{"\"rope_theta\": 10000.0", "\"rope_theta\": 50000.0"}});
}

TEST(RopeOverridesTest, AScaleIsLinearUnlessTheModelSaysOtherwise) {
  const Replacements linear = {
      {"\"rope_scaling\": null",
       R"("rope_scaling": {"rope_type": "linear", "factor": 4.0})"}};
  ExpectEqual({.scale = 4}, linear);
  ExpectEqual({.scaling = "linear", .scale = 4}, linear);
  // What the model is stored with can be taken off, and be changed.
  const Result plain = RunModel(*Open({}), {});
  EXPECT_EQ(RunModel(*Open(linear), {.scaling = "none"}).logits, plain.logits);
  EXPECT_EQ(RunModel(*Open(linear), {.scale = 1}).logits, plain.logits);
  EXPECT_EQ(RunModel(*Open(linear), {.scaling = "linear"}).logits,
            RunModel(*Open(linear), {}).logits);
}

TEST(RopeOverridesTest, YarnMakesTheContextLonger) {
  const Replacements yarn = {
      {"\"max_position_embeddings\": 512", "\"max_position_embeddings\": 2048"},
      {"\"rope_scaling\": null",
       R"("rope_scaling": {"rope_type": "yarn", "factor": 4.0,
           "original_max_position_embeddings": 512})"}};
  ExpectEqual({.scaling = "yarn", .scale = 4}, yarn);
  ExpectEqual({.scaling = "yarn", .scale = 4, .yarn_orig_ctx = 512}, yarn);
  EXPECT_EQ(
      RunModel(*Open({}), {.scaling = "yarn", .scale = 4}).trained_positions,
      2048);
  // The type is the model's own.
  EXPECT_EQ(RunModel(*Open(yarn), {.scale = 8}).logits,
            RunModel(*Open({}), {.scaling = "yarn", .scale = 8}).logits);
  EXPECT_NE(RunModel(*Open(yarn), {.yarn_beta_fast = 8}).logits,
            RunModel(*Open(yarn), {}).logits);
}

TEST(RopeOverridesTest, WhatHasNoEffectIsRefused) {
  const auto arena = Open({});
  EXPECT_EQ(Error(*arena, {.scaling = "ntk"}),
            "--rope_scaling: 'ntk' is none of none, linear and yarn");
  EXPECT_EQ(Error(*arena, {.scaling = "none", .scale = 2}),
            "--rope_scale has no effect: --rope_scaling is none");
  EXPECT_EQ(Error(*arena, {.yarn_orig_ctx = 512}),
            "--yarn_orig_ctx has no effect: --rope_scaling is not yarn");
  // The checks are those of configurations.
  EXPECT_TRUE(absl::StrContains(
      Error(*arena, {.freq_base = -1}),
      "model configuration: rope_theta is -1, expected a positive number"));
  EXPECT_TRUE(absl::StrContains(Error(*arena, {.scale = -2}),
                                "rope_scaling.factor is -2"));
  EXPECT_TRUE(
      absl::StrContains(Error(*arena, {.scaling = "yarn", .scale = 1e30}),
                        "max_position_embeddings"));
}

}  // namespace
}  // namespace tessera
