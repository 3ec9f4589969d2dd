#include "formats/tokenizer/missing_tokenizer.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;

std::string Message(const Manifest& manifest, absl::StatusCode code) {
  const absl::Status status = CheckHasTokenizer(manifest);
  EXPECT_EQ(status.code(), code) << status;
  return std::string(status.message());
}

TEST(MissingTokenizerTest, SaysWhy) {
  Manifest manifest;
  EXPECT_THAT(Message(manifest, absl::StatusCode::kInvalidArgument),
              HasSubstr("convert from a source that has one"));
  manifest.mutable_tokenizer();
  EXPECT_TRUE(CheckHasTokenizer(manifest).ok());
  manifest.clear_tokenizer();
  // Of versions that do not say it.
  manifest.add_attachments()->set_name("tokenizer.json");
  EXPECT_THAT(Message(manifest, absl::StatusCode::kUnimplemented),
              HasSubstr("(tokenizer.json); convert the source again"));
  manifest.mutable_source()->add_metadata()->set_key("tokenizer.ggml.model");
  EXPECT_THAT(Message(manifest, absl::StatusCode::kUnimplemented),
              HasSubstr("(tokenizer.ggml.model)"));
  manifest.mutable_source()->mutable_metadata(0)->set_value("no_vocab");
  EXPECT_THAT(Message(manifest, absl::StatusCode::kInvalidArgument),
              HasSubstr("convert from a source that has one"));
  manifest.set_unsupported_tokenizer("it is 'bert' (WordPiece)");
  EXPECT_THAT(Message(manifest, absl::StatusCode::kUnimplemented),
              HasSubstr("since it is 'bert' (WordPiece)"));
  manifest.set_tensors_only(true);
  EXPECT_THAT(Message(manifest, absl::StatusCode::kInvalidArgument),
              HasSubstr("made with --tensors_only"));
}

}  // namespace
}  // namespace tessera
