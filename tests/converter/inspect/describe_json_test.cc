#include "converter/inspect/describe_json.h"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace tessera {
namespace {

FileDescription Example() {
  FileDescription file;
  file.path = "m.arena";
  file.format = "arena 1.0";
  file.file_size = (uint64_t{1} << 40) + 3;
  file.groups = {{"model", {{"hidden_size", "64"}}}};
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
  return file;
}

TEST(DescribeJsonTest, ParsesAndHoldsEverything) {
  const std::string json = RenderJson(Example()).value();
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(json).get(root), simdjson::SUCCESS) << json;
  EXPECT_EQ(root["path"].get_string().value(), "m.arena");
  EXPECT_EQ(root["file_size"].get_uint64().value(), (uint64_t{1} << 40) + 3);
  EXPECT_EQ(root.at_pointer("/groups/0/facts/0/value").get_string().value(),
            "64");
  EXPECT_EQ(root.at_pointer("/sections/0/used").get_uint64().value(), 2304);
  EXPECT_EQ(root.at_pointer("/types/0/type").get_string().value(), "Q4_0");
  const auto tensor = root.at_pointer("/tensors/0").value();
  EXPECT_EQ(tensor["name"].get_string().value(), "q \"quoted\"");
  EXPECT_EQ(tensor["shape"].at(1).get_uint64().value(), 128);
  EXPECT_EQ(root.at_pointer("/attachments/0/name").get_string().value(),
            "config.json");
  EXPECT_EQ(root.at_pointer("/attachments/0/offset").get_uint64().value(),
            4096);
  EXPECT_EQ(root.at_pointer("/attachments/0/stored_bytes").get_uint64().value(),
            100);
  EXPECT_EQ(root.at_pointer("/attachments/0/bytes").get_uint64().value(), 1000);
  EXPECT_EQ(tensor["unmapped"].get_bool().value(), false);
  // Numbers, not strings, and every digit.
  EXPECT_EQ(tensor["offset"].get_uint64().value(), 123456789012345);
  EXPECT_EQ(tensor["section"].get_string().value(), "hot");
  EXPECT_EQ(tensor["fused_group"].get_string().value(), "");
  EXPECT_EQ(tensor["error"]["snr_db"].get_double().value(), 20.5);
  const auto reason = tensor["layout_reason"].value();
  EXPECT_EQ(reason["text"].get_string().value(), "why");
  EXPECT_EQ(reason["over"].get_string().value(), "swizzled");
  EXPECT_EQ(reason["ratio"].get_double().value(), 1.5);
  EXPECT_EQ(reason["lower"].get_double().value(), 1.25);
  EXPECT_EQ(reason["upper"].get_double().value(), 1.75);
  EXPECT_EQ(reason["samples"].get_uint64().value(), 20);
}

TEST(DescribeJsonTest, BytesThatAreNoUtf8) {
  FileDescription file = Example();
  file.path = "caf\xe9.gguf";
  file.groups[0].facts[0].value = "\xff";
  const std::string json = RenderJson(file).value();
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(json).get(root), simdjson::SUCCESS) << json;
  EXPECT_EQ(root["path"].get_string().value(), "caf\\xe9.gguf");
}

}  // namespace
}  // namespace tessera
