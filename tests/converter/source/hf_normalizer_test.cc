#include "converter/source/hf_normalizer.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

absl::Status Parse(absl::string_view normalizer, TokenizerData* data) {
  const auto document =
      JsonDocument::Parse(absl::StrCat(R"({"normalizer":)", normalizer, "}"));
  EXPECT_TRUE(document.ok()) << document.status();
  return ReadHfNormalizer(document->root(), data);
}

NormalizerStep One(absl::string_view normalizer) {
  TokenizerData data;
  const absl::Status status = Parse(normalizer, &data);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(data.normalizer_size(), 1);
  return data.normalizer_size() == 1 ? data.normalizer(0) : NormalizerStep();
}

TEST(HfNormalizerTest, Steps) {
  EXPECT_EQ(One(R"({"type":"NFC"})").unicode_form(), NormalizerStep::NFC);
  EXPECT_EQ(One(R"({"type":"NFD"})").unicode_form(), NormalizerStep::NFD);
  EXPECT_EQ(One(R"({"type":"NFKC"})").unicode_form(), NormalizerStep::NFKC);
  EXPECT_EQ(One(R"({"type":"NFKD"})").unicode_form(), NormalizerStep::NFKD);
  EXPECT_TRUE(One(R"({"type":"Lowercase"})").lowercase());
  EXPECT_TRUE(One(R"({"type":"StripAccents"})").strip_accents());
  EXPECT_TRUE(One(R"({"type":"Nmt"})").nmt());
  EXPECT_EQ(One(R"({"type":"Prepend","prepend":"\u2581"})").prepend(),
            "\u2581");
  const NormalizerStep strip =
      One(R"({"type":"Strip","strip_left":false,"strip_right":true})");
  EXPECT_FALSE(strip.strip().left());
  EXPECT_TRUE(strip.strip().right());
  const NormalizerStep text =
      One(R"({"type":"Replace","pattern":{"String":" "},"content":"_"})");
  EXPECT_EQ(text.replace().pattern(), " ");
  EXPECT_EQ(text.replace().content(), "_");
  EXPECT_FALSE(text.replace().is_regex());
  EXPECT_TRUE(
      One(R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "})")
          .replace()
          .is_regex());
  EXPECT_EQ(One(R"({"type":"Precompiled","precompiled_charsmap":"AAEC/w=="})")
                .charsmap(),
            std::string("\0\1\2\xFF", 4));
}

TEST(HfNormalizerTest, SequencesInOrder) {
  TokenizerData data;
  ASSERT_TRUE(Parse(R"({"type":"Sequence","normalizers":[{"type":"NFD"},
    {"type":"Sequence","normalizers":[{"type":"Lowercase"}]},
    {"type":"StripAccents"}]})",
                    &data)
                  .ok());
  ASSERT_EQ(data.normalizer_size(), 3);
  EXPECT_TRUE(data.normalizer(1).lowercase());
  EXPECT_TRUE(data.normalizer(2).strip_accents());
  TokenizerData none;
  EXPECT_TRUE(Parse("null", &none).ok());
  EXPECT_EQ(none.normalizer_size(), 0);
}

TEST(HfNormalizerTest, OthersAreRefusedByName) {
  for (const absl::string_view type :
       {"BertNormalizer", "ByteLevel", "Brandnew", ""}) {
    TokenizerData data;
    const absl::Status status =
        Parse(absl::StrCat(R"({"type":")", type, R"("})"), &data);
    EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(),
                                  absl::StrCat("normalizer '", type, "'")));
  }
}

TEST(HfNormalizerTest, DamagedSteps) {
  for (const absl::string_view step :
       {R"({"type":"Prepend"})", R"({"type":"Prepend","prepend":7})",
        R"({"type":"Replace","content":"a"})",
        R"({"type":"Replace","pattern":{"String":" "}})",
        R"({"type":"Replace","pattern":{},"content":"a"})",
        R"({"type":"Precompiled"})",
        R"({"type":"Precompiled","precompiled_charsmap":"%"})",
        R"({"type":"Precompiled","precompiled_charsmap":[1,2]})", "[]"}) {
    TokenizerData data;
    EXPECT_TRUE(absl::IsDataLoss(Parse(step, &data))) << step;
  }
}

}  // namespace
}  // namespace tessera
