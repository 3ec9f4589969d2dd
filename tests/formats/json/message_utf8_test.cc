#include "formats/json/message_utf8.h"

#include "formats/arena/manifest.pb.h"
#include "formats/json/message_json.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(MessageUtf8Test, StringsAtAnyDepth) {
  Manifest manifest;
  manifest.set_producer("caf\xc3\xa9");
  manifest.mutable_source()->add_files()->set_name("caf\xe9.gguf");
  manifest.mutable_source()->mutable_files(0)->set_sha256("\xff");
  manifest.mutable_model()->set_model_type("\xff");
  manifest.mutable_model()->add_not_understood("fine");
  manifest.mutable_model()->add_not_understood("\xc3");
  MakeUtf8(&manifest);
  EXPECT_EQ(manifest.producer(), "caf\xc3\xa9");
  EXPECT_EQ(manifest.source().files(0).name(), "caf\\xe9.gguf");
  EXPECT_EQ(manifest.source().files(0).sha256(), "\xff");
  EXPECT_EQ(manifest.model().model_type(), "\\xff");
  EXPECT_EQ(manifest.model().not_understood(0), "fine");
  EXPECT_EQ(manifest.model().not_understood(1), "\\xc3");
  Manifest again;
  EXPECT_TRUE(again.ParseFromString(manifest.SerializeAsString()));
}

TEST(MessageUtf8Test, JsonIsAlwaysWritten) {
  Source source;
  source.set_format("\xe9");
  const auto json = MessageAsJson(source, /*indented=*/false);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_NE(json->find(R"("format":"\\xe9")"), std::string::npos) << *json;
  EXPECT_EQ(source.format(), "\xe9");
}

}  // namespace
}  // namespace tessera
