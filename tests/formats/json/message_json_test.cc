#include "formats/json/message_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "formats/arena/manifest.pb.h"

namespace tessera {
namespace {

TEST(MessageJsonTest, AllFieldsByTheirNames) {
  SourceFile file;
  file.set_name("model.gguf");
  EXPECT_EQ(*MessageAsJson(file, /*indented=*/false),
            "{\"name\":\"model.gguf\",\"size\":0,\"sha256\":\"\"}\n");
  EXPECT_NE(MessageAsJson(file, /*indented=*/true)->find("\n \"name\": "),
            std::string::npos);
}

TEST(MessageJsonTest, NamesThatAreNotUtf8AreEscaped) {
  EXPECT_EQ(AsUtf8("na\xc3\xafve"), "na\xc3\xafve");
  EXPECT_EQ(AsUtf8("\xff.gguf"), "\\xff.gguf");
  SourceFile file;
  file.set_name(AsUtf8("\xff.gguf"));
  EXPECT_EQ(*MessageAsJson(file, /*indented=*/false),
            "{\"name\":\"\\\\xff.gguf\",\"size\":0,\"sha256\":\"\"}\n");
}

TEST(MessageJsonTest, NumbersAreNumbers) {
  SourceFile file;
  file.set_size(18446744073709551615u);
  file.set_sha256("\xff\x01");
  EXPECT_EQ(*MessageAsJson(file, /*indented=*/false),
            "{\"name\":\"\",\"size\":18446744073709551615,"
            "\"sha256\":\"/wE=\"}\n");
  QuantizationError error;
  error.set_rmse(0.25);
  error.set_max_abs(1e15);
  error.set_snr_db(std::numeric_limits<double>::infinity());
  EXPECT_EQ(*MessageAsJson(error, /*indented=*/false),
            "{\"rmse\":0.25,\"max_abs\":1000000000000000,"
            "\"snr_db\":null}\n");
}

// Messages and optional fields that are not set are left out, lists are not.
TEST(MessageJsonTest, WhatIsNotSet) {
  Tensor tensor;
  tensor.add_shape(2);
  tensor.add_shape(3);
  tensor.mutable_layout()->set_order(Layout::ORDER_SWIZZLED);
  const std::string json = *MessageAsJson(tensor, /*indented=*/false);
  EXPECT_NE(json.find("\"shape\":[2,3],"), std::string::npos) << json;
  EXPECT_NE(json.find("\"order\":\"ORDER_SWIZZLED\""), std::string::npos);
  EXPECT_EQ(json.find("\"error\""), std::string::npos) << json;
  EXPECT_NE(MessageAsJson(Manifest(), false)->find("\"tensors\":[]"),
            std::string::npos);
}

}  // namespace
}  // namespace tessera
