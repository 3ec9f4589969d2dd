#include "formats/arena/attachment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <functional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;

// Compresses to more than one line of 64 bytes.
std::string LongText() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + ",";
  return text;
}

// SmallArena with two attachments behind its cold tensors.
ArenaBuilder WithAttachments() {
  ArenaBuilder builder = SmallArena();
  builder.Attach("config.json", "{}");
  builder.Attach("tokenizer.json", LongText());
  return builder;
}

TEST(AttachmentTest, ReadsBackWhatWasAttached) {
  ArenaBuilder builder = WithAttachments();
  const std::vector<uint8_t> file = builder.FileWith(builder.Finish());
  const auto arena = ParseArena(file);
  ASSERT_TRUE(arena.ok()) << arena.status();
  const Attachment* config = FindAttachment(arena->manifest, "config.json");
  ASSERT_NE(config, nullptr);
  EXPECT_EQ(config->extent().offset() % 64, 0u);
  EXPECT_EQ(ReadAttachment(*config, file).value(), "{}");
  const Attachment* tokenizer =
      FindAttachment(arena->manifest, "tokenizer.json");
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_LT(tokenizer->extent().size(), tokenizer->size());
  EXPECT_EQ(ReadAttachment(*tokenizer, file).value(), LongText());
  EXPECT_EQ(FindAttachment(arena->manifest, "vocab.json"), nullptr);
  const PackedAttachment stored = StoredAttachment(*tokenizer, file);
  EXPECT_EQ(stored.stored,
            PackAttachment("tokenizer.json", LongText())->stored);
  EXPECT_EQ(
      AttachmentProto(stored, tokenizer->extent().offset()).SerializeAsString(),
      tokenizer->SerializeAsString());
}

TEST(AttachmentTest, EmptyFilesAreFiles) {
  ArenaBuilder builder = SmallArena();
  builder.Attach("merges.txt", "");
  const std::vector<uint8_t> file = builder.FileWith(builder.Finish());
  const auto arena = ParseArena(file);
  ASSERT_TRUE(arena.ok()) << arena.status();
  EXPECT_EQ(ReadAttachment(arena->manifest.attachments(0), file).value(), "");
}

TEST(AttachmentTest, NamesAndSizesThatNoArenaHas) {
  EXPECT_TRUE(absl::IsInvalidArgument(PackAttachment("", "x").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(PackAttachment("a/b", "x").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      PackAttachment(std::string(256, 'a'), "x").status()));
}

TEST(AttachmentTest, ParserRefusesWhatBreaksARule) {
  struct Case {
    const char* message;
    std::function<void(Manifest*)> change;
  };
  const auto first = [](Manifest* manifest) {
    return manifest->mutable_attachments(0);
  };
  const Case cases[] = {
      {"'': is no name", [&](Manifest* m) { first(m)->set_name(""); }},
      {"is no name", [&](Manifest* m) { first(m)->set_name("../x"); }},
      {"occurs twice",
       [&](Manifest* m) { first(m)->set_name("tokenizer.json"); }},
      {"hash has 3 bytes", [&](Manifest* m) { first(m)->set_xxh128("abc"); }},
      {"has 268435457 bytes",
       [&](Manifest* m) { first(m)->set_size((256 << 20) + 1); }},
      {"is empty or starts at no multiple",
       [&](Manifest* m) { first(m)->clear_extent(); }},
      {"is empty or starts at no multiple",
       [&](Manifest* m) {
         Extent* extent = first(m)->mutable_extent();
         extent->set_offset(extent->offset() + 1);
       }},
      {"is empty or starts at no multiple",
       [&](Manifest* m) { first(m)->mutable_extent()->set_size(UINT64_MAX); }},
      {"is in no cold section",  // but in a hot one
       [&](Manifest* m) {
         first(m)->mutable_extent()->set_offset((2 << 20) + (1 << 20));
       }},
      {"is in no cold section",  // but beyond its end
       [&](Manifest* m) { first(m)->mutable_extent()->set_size(2 << 20); }},
      {"overlap",  // with the other attachment
       [&](Manifest* m) { first(m)->mutable_extent()->set_size(65); }},
      {"overlap",  // with a tensor
       [&](Manifest* m) {
         first(m)->mutable_extent()->set_offset((4 << 20) + 64);
       }},
      {"65 attachments",
       [&](Manifest* m) {
         for (int i = 2; i < 65; ++i) *m->add_attachments() = *first(m);
       }},
  };
  for (const Case& c : cases) {
    ArenaBuilder builder = WithAttachments();
    Manifest manifest = builder.Finish();
    c.change(&manifest);
    const auto arena = ParseArena(builder.FileWith(manifest));
    EXPECT_TRUE(absl::IsDataLoss(arena.status())) << c.message;
    EXPECT_THAT(std::string(arena.status().message()), HasSubstr(c.message));
    EXPECT_THAT(std::string(arena.status().message()), HasSubstr("attachment"));
  }
}

// The bytes are read only when they are asked for; then everything shows.
TEST(AttachmentTest, DamagedBytesAreNoContent) {
  ArenaBuilder builder = WithAttachments();
  const Manifest manifest = builder.Finish();
  const Attachment& tokenizer = manifest.attachments(1);
  const std::vector<uint8_t> file = builder.FileWith(manifest);
  for (uint64_t at = 0; at < tokenizer.extent().size(); at += 97) {
    std::vector<uint8_t> damaged = file;
    damaged[tokenizer.extent().offset() + at] ^= 0x10;
    ASSERT_TRUE(ParseArena(damaged).ok());
    const auto content = ReadAttachment(tokenizer, damaged);
    // Bits that zstd does not use may flip.
    if (content.ok()) {
      EXPECT_EQ(*content, LongText());
    } else {
      EXPECT_TRUE(absl::IsDataLoss(content.status()));
    }
  }
  Attachment other = tokenizer;
  other.set_size(other.size() + 1);
  EXPECT_THAT(std::string(ReadAttachment(other, file).status().message()),
              HasSubstr("attachment 'tokenizer.json': is no zstd frame of"));
  other = tokenizer;
  other.set_xxh128(std::string(16, 'x'));
  EXPECT_TRUE(absl::IsDataLoss(ReadAttachment(other, file).status()));
  EXPECT_TRUE(absl::IsDataLoss(ReadAttachment(tokenizer, {}).status()));
}

// A frame that says that it is small and is not: no more is unpacked than the
// manifest says.
TEST(AttachmentTest, UnpacksNoMoreThanTheManifestSays) {
  const std::string content(1 << 20, 'a');
  PackedAttachment packed = PackAttachment("a", content).value();
  packed.size = 16;
  std::vector<uint8_t> file(packed.stored.begin(), packed.stored.end());
  const auto read = ReadAttachment(AttachmentProto(packed, 0), file);
  EXPECT_TRUE(absl::IsDataLoss(read.status()));
  // With a frame header without a size, zstd would have to be believed.
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  packed.stored.resize(ZSTD_compressBound(content.size()));
  packed.stored.resize(ZSTD_compress2(context, packed.stored.data(),
                                      packed.stored.size(), content.data(),
                                      content.size()));
  ZSTD_freeCCtx(context);
  file.assign(packed.stored.begin(), packed.stored.end());
  EXPECT_TRUE(absl::IsDataLoss(
      ReadAttachment(AttachmentProto(packed, 0), file).status()));
}

TEST(AttachmentTest, VerificationNamesThem) {
  ArenaBuilder builder = WithAttachments();
  const Manifest manifest = builder.Finish();
  const Attachment& tokenizer = manifest.attachments(1);
  std::vector<uint8_t> file = builder.FileWith(manifest);
  ThreadPool pool(2);
  const Arena arena = ParseArena(file).value();
  EXPECT_TRUE(VerifyChunks(file, arena, pool).ok());
  EXPECT_TRUE(VerifyAttachments(file, arena).ok());
  file[tokenizer.extent().offset() + tokenizer.extent().size() / 2] ^= 0xff;
  EXPECT_TRUE(absl::IsDataLoss(VerifyChunks(file, arena, pool)));
  const absl::Status status = VerifyAttachments(file, arena);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("'tokenizer.json'"));
}

}  // namespace
}  // namespace tessera
