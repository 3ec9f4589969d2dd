#include "formats/arena/manifest_codec.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "formats/arena/arena_constants.h"

namespace tessera {
namespace {

Manifest Example() {
  Manifest manifest;
  manifest.set_producer("tessera test");
  for (int i = 0; i < 200; ++i) {
    Tensor* tensor = manifest.add_tensors();
    tensor->set_name("tensor " + std::to_string(i));
    tensor->add_shape(i);
    tensor->set_stored_xxh128(std::string(16, static_cast<char>(i)));
  }
  manifest.mutable_tokenizer()->set_token_text(std::string(100000, 'x'));
  return manifest;
}

// A frame with `bytes` in it, which need not be a manifest.
std::vector<uint8_t> Frame(const std::string& bytes) {
  std::vector<uint8_t> frame(ZSTD_compressBound(bytes.size()));
  frame.resize(
      ZSTD_compress(frame.data(), frame.size(), bytes.data(), bytes.size(), 3));
  return frame;
}

TEST(ManifestCodecTest, RoundTrip) {
  const Manifest manifest = Example();
  const EncodedManifest encoded = EncodeManifest(manifest).value();
  EXPECT_EQ(encoded.raw_bytes, manifest.ByteSizeLong());
  EXPECT_LT(encoded.stored.size(), encoded.raw_bytes / 10);
  const Manifest decoded =
      DecodeManifest(encoded.stored, encoded.raw_bytes).value();
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(manifest, decoded));
}

TEST(ManifestCodecTest, EmptyManifest) {
  const EncodedManifest encoded = EncodeManifest(Manifest()).value();
  EXPECT_EQ(encoded.raw_bytes, 0);
  EXPECT_TRUE(DecodeManifest(encoded.stored, 0).ok());
}

TEST(ManifestCodecTest, EqualManifestsGiveEqualBytes) {
  EXPECT_EQ(EncodeManifest(Example())->stored,
            EncodeManifest(Example())->stored);
}

TEST(ManifestCodecTest, MinorVersionIsTheFirstThatHasAllFields) {
  Manifest manifest = Example();
  EXPECT_EQ(MinorVersionOf(manifest), 0);
  manifest.mutable_tensors(7)->mutable_layout_reason();
  EXPECT_EQ(MinorVersionOf(manifest), 1);
  Manifest with_machine;
  with_machine.mutable_layout_machine();
  EXPECT_EQ(MinorVersionOf(with_machine), 1);
  with_machine.mutable_tensors()->Add()->set_unmapped(true);
  EXPECT_EQ(MinorVersionOf(with_machine), 2);
  Manifest with_attachment;
  with_attachment.add_attachments();
  EXPECT_EQ(MinorVersionOf(with_attachment), 2);
  Manifest with_model;
  with_model.mutable_model()->set_hidden_size(64);
  EXPECT_EQ(MinorVersionOf(with_model), 0);
  with_model.mutable_model()->mutable_rope_scaling()->set_factor(2);
  EXPECT_EQ(MinorVersionOf(with_model), 0);
  with_model.mutable_model()->add_not_understood("a key");
  EXPECT_EQ(MinorVersionOf(with_model), 2);
  Manifest with_yarn = with_model;
  with_yarn.mutable_model()->mutable_rope_scaling()->set_beta_fast(32);
  EXPECT_EQ(MinorVersionOf(with_yarn), 3);
  with_model.mutable_model()->add_layers();
  EXPECT_EQ(MinorVersionOf(with_model), 3);
  Manifest tensors_only;
  tensors_only.set_tensors_only(true);
  EXPECT_EQ(MinorVersionOf(tensors_only), 5);
  with_model.set_unsupported_tokenizer("it is new");
  EXPECT_EQ(MinorVersionOf(with_model), 5);
}

TEST(ManifestCodecTest, UnknownFieldsAreIgnored) {
  std::string bytes = Example().SerializeAsString();
  bytes += "\xfa\x3f\x03new";  // field 1023, length-delimited
  const Manifest decoded = DecodeManifest(Frame(bytes), bytes.size()).value();
  EXPECT_EQ(decoded.tensors_size(), 200);
}

void ExpectDamaged(absl::Span<const uint8_t> stored, uint64_t raw_bytes,
                   const char* part) {
  const absl::Status status = DecodeManifest(stored, raw_bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find(part), std::string::npos) << status;
}

TEST(ManifestCodecTest, RawSizeMustMatch) {
  const EncodedManifest encoded = EncodeManifest(Example()).value();
  ExpectDamaged(encoded.stored, encoded.raw_bytes + 1, "as the header says");
  ExpectDamaged(encoded.stored, encoded.raw_bytes - 1, "as the header says");
  ExpectDamaged(encoded.stored, 0, "as the header says");
}

TEST(ManifestCodecTest, SizeLimit) {
  const std::string huge(kMaxManifestBytes + 1, '\0');
  ExpectDamaged(Frame(huge), huge.size(), "no zstd frame of");
}

TEST(ManifestCodecTest, NoFrame) {
  const std::vector<uint8_t> zeros(100, 0);
  ExpectDamaged(zeros, 100, "no zstd frame of 100 bytes");
  ExpectDamaged({}, 0, "no zstd frame");
}

TEST(ManifestCodecTest, CutFrame) {
  const EncodedManifest encoded = EncodeManifest(Example()).value();
  for (size_t size = 0; size < encoded.stored.size(); size += 37) {
    const auto cut = absl::MakeConstSpan(encoded.stored).first(size);
    EXPECT_FALSE(DecodeManifest(cut, encoded.raw_bytes).ok()) << size;
  }
}

TEST(ManifestCodecTest, TrailingBytes) {
  EncodedManifest encoded = EncodeManifest(Example()).value();
  encoded.stored.push_back(0);
  ExpectDamaged(encoded.stored, encoded.raw_bytes, "zstd frame is damaged");
}

TEST(ManifestCodecTest, NoManifestInTheFrame) {
  const std::string text = "this is not a protocol buffer";
  ExpectDamaged(Frame(text), text.size(), "are no tessera.Manifest");
}

}  // namespace
}  // namespace tessera
