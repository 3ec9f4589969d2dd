#include "formats/json/message_json.h"

#include <gtest/gtest.h>

#include "formats/arena/manifest.pb.h"

namespace tessera {
namespace {

TEST(MessageJsonTest, AllFieldsByTheirNames) {
  SourceFile file;
  file.set_name("model.gguf");
  EXPECT_EQ(*MessageAsJson(file, /*indented=*/false),
            "{\"name\":\"model.gguf\",\"size\":\"0\",\"sha256\":\"\"}\n");
  EXPECT_NE(MessageAsJson(file, /*indented=*/true)->find("\n \"name\": "),
            std::string::npos);
}

TEST(MessageJsonTest, NamesThatAreNotUtf8AreEscaped) {
  EXPECT_EQ(AsUtf8("na\xc3\xafve"), "na\xc3\xafve");
  EXPECT_EQ(AsUtf8("\xff.gguf"), "\\xff.gguf");
  SourceFile file;
  file.set_name(AsUtf8("\xff.gguf"));
  EXPECT_EQ(*MessageAsJson(file, /*indented=*/false),
            "{\"name\":\"\\\\xff.gguf\",\"size\":\"0\",\"sha256\":\"\"}\n");
}

}  // namespace
}  // namespace tessera
