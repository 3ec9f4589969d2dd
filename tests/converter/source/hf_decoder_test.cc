#include "converter/source/hf_decoder.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

absl::Status Parse(absl::string_view decoder, TokenizerData* data) {
  const auto document =
      JsonDocument::Parse(absl::StrCat(R"({"decoder":)", decoder, "}"));
  EXPECT_TRUE(document.ok()) << document.status();
  return ReadHfDecoder(document->root(), data);
}

TEST(HfDecoderTest, Llama2) {
  TokenizerData data;
  ASSERT_TRUE(Parse(R"({"type":"Sequence","decoders":[
    {"type":"Replace","pattern":{"String":"\u2581"},"content":" "},
    {"type":"ByteFallback"},{"type":"Fuse"},
    {"type":"Strip","content":" ","start":1,"stop":2}]})",
                    &data)
                  .ok());
  ASSERT_EQ(data.decoder_size(), 4);
  EXPECT_EQ(data.decoder(0).replace().pattern(), "\u2581");
  EXPECT_EQ(data.decoder(0).replace().content(), " ");
  EXPECT_TRUE(data.decoder(1).byte_fallback());
  EXPECT_TRUE(data.decoder(2).fuse());
  EXPECT_EQ(data.decoder(3).strip().content(), " ");
  EXPECT_EQ(data.decoder(3).strip().start(), 1u);
  EXPECT_EQ(data.decoder(3).strip().stop(), 2u);
}

TEST(HfDecoderTest, Others) {
  TokenizerData data;
  ASSERT_TRUE(Parse(R"({"type":"Sequence","decoders":[{"type":"ByteLevel"},
    {"type":"Metaspace","replacement":"_","prepend_scheme":"never"}]})",
                    &data)
                  .ok());
  ASSERT_EQ(data.decoder_size(), 2);
  EXPECT_TRUE(data.decoder(0).byte_level());
  EXPECT_EQ(data.decoder(1).metaspace().replacement(), "_");
  EXPECT_EQ(data.decoder(1).metaspace().prepend_scheme(),
            SplitStep::Metaspace::NEVER);
  TokenizerData none;
  EXPECT_TRUE(Parse("null", &none).ok());
  EXPECT_EQ(none.decoder_size(), 0);
}

TEST(HfDecoderTest, OthersAreRefusedByName) {
  for (const absl::string_view type :
       {"BPEDecoder", "WordPiece", "CTC", "Brandnew"}) {
    TokenizerData data;
    const absl::Status status =
        Parse(absl::StrCat(R"({"type":")", type, R"("})"), &data);
    EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), type));
  }
}

TEST(HfDecoderTest, DamagedSteps) {
  for (const absl::string_view step :
       {R"({"type":"Strip","start":1})",
        R"({"type":"Strip","content":"ab","start":1})",
        R"({"type":"Strip","content":" ","start":-1})",
        R"({"type":"Strip","content":" ","start":4294967296})",
        R"({"type":"Replace","pattern":{"String":"a"}})",
        R"({"type":"Metaspace"})"}) {
    TokenizerData data;
    EXPECT_TRUE(absl::IsDataLoss(Parse(step, &data))) << step;
  }
}

}  // namespace
}  // namespace tessera
