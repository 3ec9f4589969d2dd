#include "converter/source/chat_templates.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

class Folder {
 public:
  Folder& Config(const std::string& json) { return Parse(&config_, json); }
  Folder& Processor(const std::string& json) {
    return Parse(&processor_, json);
  }
  Folder& Jinja(const std::string& text) {
    sources_.jinja = text;
    return *this;
  }
  Folder& Additional(const std::string& name, const std::string& text) {
    sources_.additional_jinja[name] = text;
    return *this;
  }

  absl::Status Read(TokenizerData* data) {
    if (config_.has_value()) sources_.tokenizer_config = config_->root();
    if (processor_.has_value()) {
      sources_.chat_template_json = processor_->root();
    }
    return SetChatTemplates(sources_, data);
  }
  TokenizerData Data() {
    TokenizerData data;
    const absl::Status status = Read(&data);
    EXPECT_TRUE(status.ok()) << status;
    return data;
  }

 private:
  Folder& Parse(std::optional<JsonDocument>* document,
                const std::string& json) {
    auto parsed = JsonDocument::Parse(json);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    *document = *std::move(parsed);
    return *this;
  }

  std::optional<JsonDocument> config_;
  std::optional<JsonDocument> processor_;
  ChatTemplateSources sources_;
};

constexpr char kText[] = R"({"chat_template":"{{ messages }}"})";
constexpr char kList[] = R"({"chat_template":[
  {"name":"tool_use","template":"T"},{"name":"default","template":"D"}]})";

TEST(ChatTemplatesTest, InTheConfiguration) {
  EXPECT_EQ(Folder().Data().chat_template(), "");
  EXPECT_EQ(Folder().Config(kText).Data().chat_template(), "{{ messages }}");
  for (const std::string& json :
       {std::string(kList),
        std::string(R"({"chat_template":{"default":"D","tool_use":"T"}})")}) {
    const TokenizerData data = Folder().Config(json).Data();
    EXPECT_EQ(data.chat_template(), "D");
    ASSERT_EQ(data.named_chat_template_size(), 1);
    EXPECT_EQ(data.named_chat_template(0).name(), "tool_use");
    EXPECT_EQ(data.named_chat_template(0).text(), "T");
  }
  EXPECT_EQ(Folder().Config(R"({"chat_template":null})").Data().chat_template(),
            "");
}

TEST(ChatTemplatesTest, FilesOfJinjaReplaceTheConfiguration) {
  Folder folder;
  folder.Config(kList).Jinja("one\r\ntwo\rthree\n");
  EXPECT_EQ(folder.Data().chat_template(), "one\ntwo\nthree\n");
  EXPECT_EQ(folder.Data().named_chat_template_size(), 0);
  folder.Additional("rag", "R");
  const TokenizerData data = folder.Data();
  ASSERT_EQ(data.named_chat_template_size(), 1);
  EXPECT_EQ(data.named_chat_template(0).name(), "rag");
  EXPECT_EQ(Folder().Jinja("").Config(kText).Data().chat_template(), "");
}

TEST(ChatTemplatesTest, ProcessorsComeLast) {
  EXPECT_EQ(Folder().Processor(kText).Data().chat_template(), "{{ messages }}");
  EXPECT_EQ(Folder().Processor(kText).Config(kList).Data().chat_template(),
            "D");
}

TEST(ChatTemplatesTest, Damaged) {
  for (const char* json : {R"({"chat_template":7})", R"({"chat_template":[7]})",
                           R"({"chat_template":[{"name":"a"}]})",
                           R"({"chat_template":{"a":1}})"}) {
    TokenizerData data;
    const absl::Status status = Folder().Config(json).Read(&data);
    EXPECT_TRUE(absl::IsDataLoss(status)) << json;
    EXPECT_TRUE(
        absl::StartsWith(status.message(), "tokenizer_config.json: chat_"));
  }
  TokenizerData data;
  EXPECT_EQ(Folder().Jinja("\xFF").Read(&data).message(),
            "chat_template.jinja is not UTF-8");
  EXPECT_EQ(Folder().Additional("x", "\xFF").Read(&data).message(),
            "additional_chat_templates/x.jinja is not UTF-8");
}

}  // namespace
}  // namespace tessera
