#include "runtime/chat/apply_template.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

TokenizerData Tokenizer() {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const uint32_t bos = builder.Token("<bos>", TokenType::kControl);
  const uint32_t eos = builder.Token("<eos>", TokenType::kControl);
  builder.data().set_bos_id(bos);
  builder.data().set_eos_id(eos);
  return builder.data();
}

absl::StatusOr<std::string> Apply(const TokenizerData& tokenizer,
                                  const std::string& json) {
  const auto document = JsonDocument::Parse(json);
  EXPECT_TRUE(document.ok()) << document.status();
  const auto text = ApplyTemplate(tokenizer, document->root(),
                                  absl::UnixEpoch(), absl::UTCTimeZone());
  if (!text.ok()) return text.status();
  return text->bytes();
}

void ExpectText(const TokenizerData& tokenizer, const std::string& json,
                const std::string& expected) {
  const auto text = Apply(tokenizer, json);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, expected) << json;
}

TEST(ApplyTemplateTest, VariablesAreThoseOfTransformers) {
  TokenizerData tokenizer = Tokenizer();
  tokenizer.set_chat_template(
      "{{ bos_token }}{{ eos_token }}{{ pad_token is defined }} {{ tools }} "
      "{{ documents }} {{ add_generation_prompt }} {{ mine }}");
  ExpectText(tokenizer, R"({"messages": []})",
             "<bos><eos>False None None False ");
  ExpectText(tokenizer,
             R"({"messages": [], "mine": {"b": 1, "a": [1.0, null, 1e16]},
                 "bos_token": "B", "add_generation_prompt": true})",
             "B<eos>False None None True {'b': 1, 'a': [1.0, None, 1e+16]}");
}

TEST(ApplyTemplateTest, ChoosesTheTemplate) {
  TokenizerData tokenizer = Tokenizer();
  const auto none = Apply(tokenizer, "{}");
  EXPECT_EQ(none.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(none.status().message(), "no chat template"))
      << none.status();

  tokenizer.set_chat_template("standard");
  auto* tools = tokenizer.add_named_chat_template();
  tools->set_name("tool_use");
  tools->set_text("with tools");
  auto* rag = tokenizer.add_named_chat_template();
  rag->set_name("rag");
  rag->set_text("with documents");
  ExpectText(tokenizer, "{}", "standard");
  ExpectText(tokenizer, R"({"tools": null})", "standard");
  ExpectText(tokenizer, R"({"tools": []})", "with tools");
  ExpectText(tokenizer, R"({"chat_template": "rag"})", "with documents");
  ExpectText(tokenizer, R"({"tools": [], "chat_template": "default"})",
             "standard");
  ExpectText(tokenizer, R"({"chat_template": "{{ 1 + 1 }}"})", "2");
}

TEST(ApplyTemplateTest, WhatIsNoObjectIsRefused) {
  TokenizerData tokenizer = Tokenizer();
  tokenizer.set_chat_template("x");
  for (const char* json : {"[]", "1", "\"x\"", "null"}) {
    EXPECT_EQ(Apply(tokenizer, json).status().code(),
              absl::StatusCode::kInvalidArgument)
        << json;
  }
  EXPECT_EQ(Apply(tokenizer, R"({"n": 18446744073709551615})").status().code(),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace tessera
