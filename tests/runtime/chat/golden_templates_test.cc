// Templates and expressions of testdata/chat, beside what jinja2 makes of them.
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/read_file.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"
#include "runtime/chat/chat_template.h"
#include "runtime/chat/json_values.h"
#include "runtime/chat/value_heap.h"

namespace tessera {
namespace {

const char kFolder[] = "testdata/chat/";

JsonDocument ReadJson(const std::string& name) {
  auto text = ReadFile(absl::StrCat(kFolder, name));
  EXPECT_TRUE(text.ok()) << text.status();
  auto document = JsonDocument::Parse(*text);
  EXPECT_TRUE(document.ok()) << document.status();
  return *std::move(document);
}

std::string Text(JsonValue json) { return std::string(*JsonString(json)); }

absl::StatusOr<std::string> Render(const std::string& source,
                                   jinja::ValueHeap& heap,
                                   const jinja::DictObject& variables) {
  const absl::StatusOr<ChatTemplate> parsed = ChatTemplate::Parse(source);
  if (!parsed.ok()) return parsed.status();
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::StatusOr<MarkedText> text = parsed->Render(
      heap, variables,
      absl::FromCivil(absl::CivilSecond(2025, 7, 4, 15, 6, 7), utc), utc);
  if (!text.ok()) return text.status();
  return text->bytes();
}

void ExpectGolden(const absl::StatusOr<std::string>& text, JsonValue golden,
                  const std::string& what) {
  if (golden.is_null()) {
    EXPECT_FALSE(text.ok()) << what << " gives " << *text;
    return;
  }
  ASSERT_TRUE(text.ok()) << what << ": " << text.status();
  EXPECT_EQ(*text, Text(golden)) << what;
}

TEST(GoldenTemplatesTest, TemplatesGiveTheTextsOfJinja) {
  const JsonDocument golden = ReadJson("golden.json");
  const JsonDocument conversations = ReadJson("conversations.json");
  const JsonDocument tools = ReadJson("tools.json");
  const auto templates = *JsonMembers(golden.root()["templates"]);
  const auto all_conversations = *JsonMembers(conversations.root());
  for (const JsonMember& one : templates) {
    const auto source =
        ReadFile(absl::StrCat(kFolder, "templates/", one.key, ".jinja"));
    ASSERT_TRUE(source.ok()) << source.status();
    for (const JsonMember& conversation : all_conversations) {
      jinja::ValueHeap heap{jinja::Limits()};
      auto& variables = jinja::ValueFromJson(heap, conversation.value)
                            ->as<jinja::DictObject>();
      for (const char* name : {"tools", "documents"}) {
        if (variables.Find(name) == nullptr) {
          variables.Set(name, jinja::Value::None());
        } else if (variables.Find(name)->IsText()) {
          variables.Set(name, *jinja::ValueFromJson(heap, tools.root()));
        }
      }
      if (variables.Find("add_generation_prompt") == nullptr) {
        variables.Set("add_generation_prompt", jinja::Value::Bool(true));
      }
      variables.Set("bos_token", jinja::Value::Word("<s>"));
      variables.Set("eos_token", jinja::Value::Word("</s>"));
      ExpectGolden(Render(*source, heap, variables),
                   one.value[std::string_view(conversation.key.data(),
                                              conversation.key.size())],
                   absl::StrCat(one.key, ", ", conversation.key));
    }
  }
}

TEST(GoldenTemplatesTest, ExpressionsGiveTheTextsOfJinja) {
  const JsonDocument golden = ReadJson("golden.json");
  const JsonDocument expressions = ReadJson("expressions.json");
  const auto texts = *JsonElements(golden.root()["expressions"]);
  const auto sources = *JsonElements(expressions.root()["sources"]);
  ASSERT_EQ(texts.size(), sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    jinja::ValueHeap heap{jinja::Limits()};
    const auto& variables =
        jinja::ValueFromJson(heap, expressions.root()["variables"])
            ->as<jinja::DictObject>();
    const std::string source = Text(sources[i]);
    ExpectGolden(Render(source, heap, variables), texts[i], source);
  }
}

}  // namespace
}  // namespace tessera
