#include "converter/inspect/diff_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/types/span.h"
#include "converter/inspect/diff_report.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/gguf/gguf_value.h"
#include "tests/converter/inspect/json_fields.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::Pair;

constexpr char kTiny[] = "testdata/tiny/gguf/";

std::string Floats(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string WriteGguf(const std::string& name, const GgufMetadata& metadata,
                      const std::vector<TestGgufTensor>& tensors) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << BuildGguf(metadata, tensors);
  return path;
}

ModelDiff Diff(const std::string& a, const std::string& b, int threads = 2) {
  ThreadPool pool(threads);
  const auto diff = DiffModels(a, b, pool, /*quiet=*/true);
  EXPECT_TRUE(diff.ok()) << diff.status();
  return diff.ok() ? *diff : ModelDiff();
}

std::string Tiny(const std::string& name) { return kTiny + name; }

bool ContainsRegex(const std::string& expression, const std::string& text) {
  const bool found = std::regex_search(text, std::regex(expression));
  if (!found) ADD_FAILURE() << text;
  return found;
}

TEST(DiffModelsTest, AFileIsEqualToItself) {
  const ModelDiff diff = Diff(Tiny("tiny-Q4_0.gguf"), Tiny("tiny-Q4_0.gguf"));
  EXPECT_TRUE(diff.equal());
  EXPECT_EQ(diff.equal_tensors, 30u);
  EXPECT_TRUE(diff.other_layouts.empty());
  EXPECT_EQ(diff.tokenizer.not_compared, "");
  EXPECT_TRUE(absl::EndsWith(DiffText(diff, true), "\nequal\n"));
}

TEST(DiffModelsTest, OtherTypes) {
  const ModelDiff diff = Diff(Tiny("tiny-Q8_0.gguf"), Tiny("tiny-Q4_0.gguf"));
  EXPECT_FALSE(diff.equal());
  ASSERT_FALSE(diff.tensors.empty());
  EXPECT_EQ(diff.equal_tensors + diff.tensors.size(), 30u);
  for (const TensorDifference& tensor : diff.tensors) {
    EXPECT_NE(tensor.types[0], tensor.types[1]);
    ASSERT_TRUE(tensor.error.has_value()) << tensor.name;
    EXPECT_GT(tensor.error->snr_db, 15) << tensor.name;
    EXPECT_LT(tensor.error->snr_db, 60) << tensor.name;
  }
  ASSERT_EQ(diff.metadata.differences.size(), 1u);
  EXPECT_EQ(diff.metadata.differences[0].name, "general.file_type");
  EXPECT_TRUE(diff.tokenizer.differences.empty());
  EXPECT_TRUE(diff.configuration.differences.empty());
  EXPECT_TRUE(absl::EndsWith(DiffText(diff, false), "\ndifferent\n"));
}

TEST(DiffModelsTest, ThreadsDoNotMatter) {
  const std::string a = Tiny("tiny-Q8_0.gguf");
  const std::string b = Tiny("tiny-Q4_0.gguf");
  EXPECT_EQ(DiffJson(Diff(a, b, 1)), DiffJson(Diff(a, b, 3)));
}

GgufMetadata Metadata(std::vector<int32_t> list, bool with_extra) {
  GgufMetadata metadata;
  metadata.Append("same", GgufValue::String("x"));
  metadata.Append("number",
                  GgufValue::Scalar(static_cast<uint32_t>(list.size())));
  metadata.Append("list", GgufValue::Array(absl::MakeConstSpan(list)));
  if (with_extra) metadata.Append("extra\x1b", GgufValue::Scalar(true));
  return metadata;
}

TEST(DiffModelsTest, TensorsAndMetadata) {
  std::vector<int32_t> list(20, 5);
  const std::string a =
      WriteGguf("a.gguf", Metadata(list, true),
                {{"same", DType::kF32, {2}, Floats({1, 2})},
                 {"values", DType::kF32, {2, 2}, Floats({3, 0, 0, 4})},
                 {"shape", DType::kF32, {1, 2}, Floats({1, 2})},
                 {"type", DType::kF32, {2}, Floats({1, 2})},
                 {"integers", DType::kI32, {1}, std::string("\1\0\0\0", 4)},
                 {"gone", DType::kF32, {1}, Floats({1})}});
  list[17] = 6;
  const std::string b =
      WriteGguf("b.gguf", Metadata(list, false),
                {{"new", DType::kF32, {1}, Floats({1})},
                 {"same", DType::kF32, {2}, Floats({1, 2})},
                 {"values", DType::kF32, {2, 2}, Floats({3, 0, 0, 4.5})},
                 {"shape", DType::kF32, {2, 1}, Floats({1, 2})},
                 {"type", DType::kF16, {2}, std::string("\0\x3c\0\x40", 4)},
                 {"integers", DType::kI32, {1}, std::string("\2\0\0\0", 4)}});
  const ModelDiff diff = Diff(a, b);
  // The same values in another type are equal.
  EXPECT_EQ(diff.equal_tensors, 2u);
  EXPECT_THAT(diff.other_types, ElementsAre(Pair(Pair("F32", "F16"), 1)));
  EXPECT_THAT(diff.only_in[0], ElementsAre("gone"));
  EXPECT_THAT(diff.only_in[1], ElementsAre("new"));
  ASSERT_EQ(diff.tensors.size(), 3u);
  EXPECT_EQ(diff.tensors[0].name, "values");
  EXPECT_EQ(diff.tensors[0].error->max_abs, 0.5);
  EXPECT_EQ(diff.tensors[0].error->rmse, 0.25);
  EXPECT_NEAR(diff.tensors[0].error->snr_db, 20, 1e-9);
  EXPECT_EQ(diff.tensors[1].name, "shape");
  EXPECT_FALSE(diff.tensors[1].error.has_value());
  EXPECT_EQ(diff.tensors[2].name, "integers");
  EXPECT_FALSE(diff.tensors[2].error.has_value());
  const auto& metadata = diff.metadata.differences;
  ASSERT_EQ(metadata.size(), 2u);
  EXPECT_EQ(metadata[0].name, "extra\x1b");
  EXPECT_EQ(metadata[0].values[1], std::nullopt);
  EXPECT_EQ(metadata[1].name, "list");
  EXPECT_THAT(metadata[1].values[0], Optional(std::string("element 17: 5")));
  EXPECT_THAT(metadata[1].values[1], Optional(std::string("element 17: 6")));
  EXPECT_EQ(diff.tokenizer.not_compared,
            "neither has a tokenizer that is understood");
  const std::string text = DiffText(diff, true);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_TRUE(absl::StrContains(text, "2 x 1")) << text;
  EXPECT_TRUE(absl::StrContains(text, "  only in A: gone\n")) << text;
  EXPECT_TRUE(absl::StrContains(text,
                                "\n  1 of the equal ones have the same values "
                                "in another type: F32 | F16\n"))
      << text;
}

TEST(DiffModelsTest, AnotherTypeAloneIsNoDifference) {
  const std::string a =
      WriteGguf("f32.gguf", {}, {{"t", DType::kF32, {2}, Floats({1, -0.0f})}});
  const std::string b =
      WriteGguf("f16.gguf", {},
                {{"t", DType::kF16, {2}, std::string("\0\x3c\0\x80", 4)}});
  EXPECT_TRUE(Diff(a, b).equal());
  EXPECT_TRUE(Diff(b, a).equal());
  const std::string other =
      WriteGguf("other.gguf", {},
                {{"t", DType::kF16, {2}, std::string("\1\x3c\0\x80", 4)}});
  EXPECT_FALSE(Diff(a, other).equal());
}

// Of one type, every bit counts.
TEST(DiffModelsTest, ValuesThatAreNotFinite) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::string a =
      WriteGguf("a.gguf", {},
                {{"nan", DType::kF32, {2}, Floats({1, 2})},
                 {"inf", DType::kF32, {2}, Floats({1, inf})},
                 {"zero", DType::kF32, {1}, Floats({0.0f})},
                 {"same", DType::kF32, {2}, Floats({std::nanf(""), inf})}});
  const std::string b =
      WriteGguf("b.gguf", {},
                {{"nan", DType::kF32, {2}, Floats({1, -std::nanf("")})},
                 {"inf", DType::kF32, {2}, Floats({-inf, inf})},
                 {"zero", DType::kF32, {1}, Floats({-0.0f})},
                 {"same", DType::kF32, {2}, Floats({std::nanf(""), inf})}});
  const ModelDiff diff = Diff(a, b);
  EXPECT_EQ(diff.equal_tensors, 1u);
  const std::string text = DiffText(diff, true);
  EXPECT_TRUE(ContainsRegex("nan +F32 +2 +rowmajor +not finite\n", text));
  EXPECT_TRUE(ContainsRegex("inf +F32 +2 +rowmajor +not finite\n", text));
  EXPECT_TRUE(ContainsRegex("zero +F32 +1 +rowmajor +exact ", text));
}

TEST(DiffModelsTest, NumbersOfMetadataHaveAllTheirDigits) {
  GgufMetadata of_a;
  of_a.Append("base", GgufValue::Scalar(10000.0f));
  of_a.Append("size", GgufValue::Scalar(uint32_t{5}));
  of_a.Append("text", GgufValue::String("a\nb"));
  GgufMetadata of_b;
  of_b.Append("base", GgufValue::Scalar(10000.001f));
  of_b.Append("size", GgufValue::Scalar(uint64_t{5}));
  of_b.Append("text", GgufValue::String("a\\nb"));
  const ModelDiff diff =
      Diff(WriteGguf("a.gguf", of_a, {{"t", DType::kF32, {1}, Floats({1})}}),
           WriteGguf("b.gguf", of_b, {{"t", DType::kF32, {1}, Floats({1})}}));
  const auto& differences = diff.metadata.differences;
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_THAT(differences[0].values,
              ElementsAre(Optional(std::string("10000")),
                          Optional(std::string("10000.001"))));
  EXPECT_THAT(differences[1].values,
              ElementsAre(Optional(std::string("5 (UINT32)")),
                          Optional(std::string("5 (UINT64)"))));
  EXPECT_TRUE(
      absl::StrContains(DiffText(diff, true), "text  a\\nb        a\\\\nb\n"))
      << DiffText(diff, true);
}

TEST(DiffModelsTest, WhatCannotBeOpened) {
  ThreadPool pool(1);
  const std::string tiny = Tiny("tiny-Q4_0.gguf");
  EXPECT_FALSE(DiffModels(tiny, "/no/such.gguf", pool, true).ok());
  EXPECT_FALSE(DiffModels("/no/such.gguf", tiny, pool, true).ok());
}

ModelDiff Everything() {
  ModelDiff diff;
  diff.sides = {DiffSide{"a\xff", "gguf", 1, 2, 3},
                DiffSide{"b", "arena", 1, 2, 3}};
  diff.only_in = {std::vector<std::string>{"x\x80"}, {"y"}};
  diff.other_types[{"BF16", "F32"}] = 1;
  diff.other_layouts[{"interleaved", "rowmajor"}] = 1;
  diff.tensors = {{"t", {"F32", "F16"}, {}, {}, ErrorDescription{1, 2, 3}}};
  diff.tensors[0].shapes = {std::vector<uint64_t>{2}, {2}};
  for (PartDiff* part : {&diff.metadata, &diff.configuration, &diff.tokenizer,
                         &diff.chat_templates, &diff.attachments}) {
    part->differences = {{"name", {"a", std::nullopt}}};
    part->left_out = {"decoder"};
  }
  return diff;
}

TEST(InspectJsonDocumentTest, FieldsOfDiffAreThoseOfTheDocument) {
  const auto fields = JsonFields(DiffJson(Everything()), {});
  EXPECT_EQ(fields, DocumentedFields("Fields of --diff"));
}

}  // namespace
}  // namespace tessera
