#include "converter/source/hf_pretokenizer.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kByteLevel[] =
    R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":true})";
constexpr char kBytesOnly[] =
    R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})";
// As their tokenizer.json have them.
constexpr char kLlama3[] =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|)"
    R"( ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)";
constexpr char kQwen2[] =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|)"
    R"( ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)";

std::string Sequence(absl::string_view first, absl::string_view second) {
  return absl::StrCat(R"({"type":"Sequence","pretokenizers":[)", first, ",",
                      second, "]}");
}

std::string SplitBy(absl::string_view regex,
                    absl::string_view behavior = "Isolated",
                    absl::string_view invert = "false") {
  return absl::StrCat(R"({"type":"Split","pattern":{"Regex":")", regex,
                      R"("},"behavior":")", behavior, R"(","invert":)", invert,
                      "}");
}

absl::StatusOr<std::string> Name(absl::string_view pretokenizer,
                                 absl::string_view normalizer = "null") {
  const auto document = JsonDocument::Parse(
      absl::StrCat(R"({"normalizer":)", normalizer, R"(,"pre_tokenizer":)",
                   pretokenizer, "}"));
  EXPECT_TRUE(document.ok()) << document.status();
  return HfPretokenizerName(document->root());
}

std::string Refusal(absl::string_view pretokenizer,
                    absl::string_view normalizer = "null") {
  const auto name = Name(pretokenizer, normalizer);
  EXPECT_TRUE(absl::IsUnimplemented(name.status())) << name.status();
  return std::string(name.status().message());
}

TEST(HfPretokenizerTest, KnownOnes) {
  EXPECT_EQ(*Name(kByteLevel), "gpt-2");
  EXPECT_EQ(*Name(R"({"type":"ByteLevel","add_prefix_space":false})"), "gpt-2");
  EXPECT_EQ(*Name(absl::StrCat(R"({"type":"Sequence","pretokenizers":[)",
                               kByteLevel, "]}")),
            "gpt-2");
  EXPECT_EQ(*Name(Sequence(SplitBy(kLlama3), kBytesOnly)), "llama-bpe");
  EXPECT_EQ(*Name(Sequence(SplitBy(kQwen2), kBytesOnly), R"({"type":"NFC"})"),
            "qwen2");
}

TEST(HfPretokenizerTest, QuotesWhatItDoesNotKnow) {
  EXPECT_NE(
      Refusal(Sequence(SplitBy("[a-z]+|."), kBytesOnly)).find("'[a-z]+|.'"),
      std::string::npos);
  EXPECT_NE(Refusal(R"({"type":"Metaspace"})").find("'Metaspace'"),
            std::string::npos);
  EXPECT_NE(
      Refusal(Sequence(R"({"type":"Digits"})", kByteLevel)).find("'Digits'"),
      std::string::npos);
  EXPECT_NE(Refusal(kByteLevel, R"({"type":"Lowercase"})").find("'Lowercase'"),
            std::string::npos);
  EXPECT_NE(Refusal(Sequence(SplitBy(kLlama3, "Removed", "true"), kBytesOnly))
                .find("'Removed'"),
            std::string::npos);
}

TEST(HfPretokenizerTest, RefusesWhatWouldSplitDifferently) {
  Refusal("null");
  Refusal(kBytesOnly);
  Refusal(Sequence(SplitBy(kLlama3), kByteLevel));
  Refusal(Sequence(kBytesOnly, SplitBy(kLlama3)));
  Refusal(R"({"type":"Sequence","pretokenizers":[]})");
  Refusal(R"({"type":"ByteLevel","add_prefix_space":true})");
  Refusal(R"({"type":"ByteLevel"})");
  Refusal(Sequence(R"({"type":"Split","behavior":"Isolated"})", kBytesOnly));
}

TEST(HfPretokenizerTest, BrokenSequencesAreDataLoss) {
  EXPECT_TRUE(absl::IsDataLoss(Name(R"({"type":"Sequence"})").status()));
  EXPECT_TRUE(absl::IsDataLoss(
      Name(R"({"type":"Sequence","pretokenizers":{}})").status()));
}

}  // namespace
}  // namespace tessera
