#include "converter/inspect/describe_json.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/converter/inspect/json_fields.h"

namespace tessera {
namespace {

ModelDescription ExampleModel() {
  ModelDescription model;
  model.architecture = "llama";
  model.context_length = 2048;
  model.special_tokens = {{"begin", 1, "<s>", true}};
  model.chat_templates = {{"", 100}};
  model.warnings = {"odd"};
  return model;
}

// With every field.
FileDescription Example() {
  FileDescription file;
  file.path = "m.arena";
  file.format = "arena 1.0";
  file.file_size = (uint64_t{1} << 40) + 3;
  file.files = {{"m.arena", file.file_size, 1, 8192, 2304}};
  file.source_files = {{"m.gguf", 123, "ab"}};
  file.options = {{"quantize", "Q4_0"}};
  std::vector<int32_t> many(200, 1);
  file.groups = {
      {"arena",
       {{"producer", "tessera"}, {"source file", "", {}, true, false}}},
      {"layouts", {{"measured on", "here"}}},
      {"configuration", {NumberFact("hidden_size", uint64_t{64})}},
      {"tokenizer",
       {{"normalizer", "NFC", {}, true}, {"normalizer", "nmt", {}, true}}},
      {"metadata",
       {{"a b", "x"},
        {"large", "", GgufValue::Scalar(uint64_t{18446744073709551615u})},
        {"list", "", GgufValue::Array(absl::MakeConstSpan(many))}}}};
  file.reserved = {{"header", 0, 4096}};
  file.sections = {{"hot", 2097152, 4194304, 2304}};
  TensorDescription tensor;
  tensor.name = "q \"quoted\"";
  tensor.type = "Q4_0";
  tensor.shape = {64, 128};
  tensor.layout = "interleaved";
  tensor.offset = 123456789012345;
  tensor.bytes = 2304;
  tensor.weights = 8192;
  tensor.error = ErrorDescription{0.25, 0.5, 20.5};
  tensor.layout_reason = LayoutReasonDescription{
      "why", LayoutReasonDescription::Gain{"swizzled", 1.5, 1.25, 1.75, 20}};
  file.tensors = {tensor};
  file.attachments = {{"config.json", 4096, 100, 1000}};
  file.model = ExampleModel();
  return file;
}

class DescribeJsonTest : public testing::Test {
 protected:
  simdjson::dom::element Parse(const FileDescription& file,
                               bool with_tensors = true) {
    const std::string json = RenderJson(file, with_tensors);
    simdjson::dom::element root;
    EXPECT_EQ(parser_.parse(json).get(root), simdjson::SUCCESS) << json;
    return root;
  }

  simdjson::dom::parser parser_;
};

TEST_F(DescribeJsonTest, NumbersAreNumbersOfAllDigits) {
  const auto root = Parse(Example());
  EXPECT_EQ(root["schema"].get_uint64().value(), 1);
  EXPECT_EQ(root["path"].get_string().value(), "m.arena");
  EXPECT_EQ(root["file_size"].get_uint64().value(), (uint64_t{1} << 40) + 3);
  EXPECT_EQ(root.at_pointer("/sections/0/used").get_uint64().value(), 2304);
  EXPECT_EQ(root.at_pointer("/types/0/type").get_string().value(), "Q4_0");
  EXPECT_EQ(root.at_pointer("/attachments/0/stored_bytes").get_uint64().value(),
            100);
  EXPECT_EQ(root.at_pointer("/options/quantize").get_string().value(), "Q4_0");
  const auto tensor = root.at_pointer("/tensors/0").value();
  EXPECT_EQ(tensor["name"].get_string().value(), "q \"quoted\"");
  EXPECT_EQ(tensor["shape"].at(1).get_uint64().value(), 128);
  EXPECT_EQ(tensor["offset"].get_uint64().value(), 123456789012345);
  EXPECT_EQ(tensor["section"].get_string().value(), "hot");
  EXPECT_TRUE(tensor["fused_group"].is_null());
  EXPECT_EQ(tensor["error"]["snr_db"].get_double().value(), 20.5);
  EXPECT_EQ(tensor["layout_reason"]["samples"].get_uint64().value(), 20);
}

TEST_F(DescribeJsonTest, FactsAreByKey) {
  const auto root = Parse(Example());
  EXPECT_EQ(root.at_pointer("/configuration/hidden_size").get_uint64().value(),
            64);
  EXPECT_EQ(root.at_pointer("/metadata/a b").get_string().value(), "x");
  EXPECT_EQ(root.at_pointer("/metadata/large").get_uint64().value(),
            18446744073709551615u);
  EXPECT_EQ(root.at_pointer("/metadata/list").get_array().value().size(), 200);
  EXPECT_EQ(root.at_pointer("/layouts/measured_on").get_string().value(),
            "here");
  EXPECT_EQ(root.at_pointer("/tokenizer/normalizer/1").get_string().value(),
            "nmt");
  // It is source_files.
  EXPECT_EQ(root.at_pointer("/arena").get_object().value().size(), 1);
}

TEST_F(DescribeJsonTest, WhatIsNotStatedIsNull) {
  const auto model = Parse(Example())["model"].value();
  EXPECT_EQ(model["context_length"].get_uint64().value(), 2048);
  EXPECT_TRUE(model["license"].is_null());
  EXPECT_TRUE(model["experts"].is_null());
  EXPECT_TRUE(model["rope_scaling_factor"].is_null());
  EXPECT_TRUE(model["chat_templates"].at(0)["name"].is_null());
}

TEST_F(DescribeJsonTest, WithoutTensorsAndLongLists) {
  const auto root = Parse(Example(), /*with_tensors=*/false);
  EXPECT_TRUE(root["tensors"].error() == simdjson::NO_SUCH_FIELD);
  EXPECT_TRUE(root.at_pointer("/metadata/list").is_null());
  EXPECT_EQ(root.at_pointer("/types/0/tensors").get_uint64().value(), 1);
}

TEST_F(DescribeJsonTest, WhatIsNotFiniteIsNull) {
  FileDescription file = Example();
  file.tensors[0].error->snr_db = std::numeric_limits<double>::infinity();
  file.groups[2].facts = {NumberFact("eps", std::nanf(""))};
  const auto root = Parse(file);
  EXPECT_TRUE(root.at_pointer("/tensors/0/error/snr_db").is_null());
  EXPECT_TRUE(root.at_pointer("/configuration/eps").is_null());
}

TEST_F(DescribeJsonTest, BytesThatAreNoUtf8AndControlCharacters) {
  FileDescription file = Example();
  file.path = "caf\xe9.gguf";
  file.groups[4].facts = {{"\xff\x01", "\x80"}, {"\x1b[2J", "a\"\n"}};
  file.tensors[0].name = "\x9b\"\\\n";
  file.sections[0].name = "\xc3";
  const auto root = Parse(file);
  EXPECT_EQ(root["path"].get_string().value(), "caf\\xe9.gguf");
  EXPECT_EQ(root["metadata"]["\\xff\\x01"].get_string().value(), "\\x80");
  EXPECT_EQ(root["metadata"]["\x1b[2J"].get_string().value(), "a\"\n");
}

// Every field is in the document, and every documented field is there.
TEST(InspectJsonDocumentTest, FieldsAreThoseOfTheDocument) {
  EXPECT_EQ(JsonFields(RenderJson(Example(), true),
                       {"metadata", "configuration", "arena", "layouts",
                        "tokenizer", "options"}),
            DocumentedFields("Fields"));
}

}  // namespace
}  // namespace tessera
