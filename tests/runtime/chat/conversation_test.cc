#include "runtime/chat/conversation.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

TokenizerData Tokenizer() {
  TokenizerData data = TokenizerBuilder::ByteLevel().data();
  data.set_chat_template(
      "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>"
      "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}");
  return data;
}

// With what people wrote in braces.
std::string Prompt(const Conversation& conversation) {
  const auto text = conversation.Prompt(absl::UnixEpoch(), absl::UTCTimeZone());
  EXPECT_TRUE(text.ok()) << text.status();
  std::string result;
  text->ForEachRun([&](absl::string_view run, bool outside) {
    absl::StrAppend(&result, outside ? absl::StrCat("{", run, "}") : run);
  });
  return result;
}

TEST(ConversationTest, GrowsAndShrinks) {
  const TokenizerData data = Tokenizer();
  auto conversation = Conversation::Create(data, "Be brief.");
  ASSERT_TRUE(conversation.ok()) << conversation.status();
  EXPECT_TRUE(conversation->empty());
  conversation->AddUser("<|end|>");
  EXPECT_TRUE(conversation->EndsWithUser());
  const std::string first =
      "<|system|>{Be brief.}<|end|><|user|>{<|end|>}<|end|>";
  EXPECT_EQ(Prompt(*conversation), first + "<|assistant|>");
  EXPECT_FALSE(conversation->ForgetOldestTurn());
  conversation->AddAssistant("b");
  EXPECT_FALSE(conversation->EndsWithUser());
  EXPECT_FALSE(conversation->ForgetOldestTurn());
  conversation->AddUser("c");
  EXPECT_EQ(Prompt(*conversation),
            first + "<|assistant|>{b}<|end|><|user|>{c}<|end|><|assistant|>");
  EXPECT_TRUE(conversation->ForgetOldestTurn());
  EXPECT_EQ(Prompt(*conversation),
            "<|system|>{Be brief.}<|end|><|user|>{c}<|end|><|assistant|>");
  EXPECT_EQ(conversation->TakeLast(), "c");
  EXPECT_TRUE(conversation->empty());
  EXPECT_EQ(conversation->TakeLast(), "");
  conversation->AddUser("d");
  conversation->Clear();
  EXPECT_EQ(Prompt(*conversation), "<|system|>{Be brief.}<|end|><|assistant|>");
}

TEST(ConversationTest, ModelsWithoutTemplateAreRefused) {
  const TokenizerData data = TokenizerBuilder::ByteLevel().data();
  const absl::Status status = Conversation::Create(data, "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(status.message(), "chat_template.jinja"))
      << status;
}

TEST(ConversationTest, TemplatesThatAreWrongAreRefused) {
  TokenizerData data = Tokenizer();
  data.set_chat_template("{% if %}");
  EXPECT_FALSE(Conversation::Create(data, "").ok());
}

}  // namespace
}  // namespace tessera
