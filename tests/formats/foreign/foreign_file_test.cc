#include "formats/foreign/foreign_file.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/testing/as_bytes.h"

namespace tessera {
namespace {

using absl::string_view;

std::string Describe(string_view path, string_view bytes) {
  return DescribeForeignFile(path, AsBytes(bytes));
}

// A file of some length that begins so.
std::string Padded(string_view head) {
  return absl::StrCat(head, std::string(600, '\1'));
}

void ExpectPart(string_view path, string_view bytes, string_view part) {
  const std::string sentence = Describe(path, bytes);
  EXPECT_TRUE(absl::StrContains(sentence, part))
      << path << ": " << sentence << "\nexpected " << part;
  EXPECT_LT(sentence.size(), 400u) << sentence;
}

TEST(ForeignFileTest, OwnFormatsAreNotForeign) {
  const string_view arena(
      "\x89"
      "ARENA\r\n rest",
      13);
  EXPECT_EQ(Describe("x", arena), "");
  EXPECT_EQ(Describe("x", "GGUF"), "");
  EXPECT_EQ(Describe("config.json", "GGUF\3"), "");
  EXPECT_EQ(Describe("x", string_view("\2\0\0\0\0\0\0\0{}", 10)), "");
  EXPECT_EQ(Describe("model.safetensors.index.json", "{\"weight_map\": {}}"),
            "");
  EXPECT_EQ(Describe("model.safetensors.index.json", "{\"wei"), "");
  EXPECT_EQ(Describe("x", "\x01\x99\xff\xfe"), "");  // nobody knows
}

TEST(ForeignFileTest, Pointers) {
  const std::string lfs =
      absl::StrCat("version https://git-lfs.github.com/spec/v1\noid sha256:",
                   std::string(64, 'a'), "\nsize 4368438944\n");
  EXPECT_EQ(Describe("my models/m.gguf", lfs),
            "is a Git LFS pointer in place of the file, which has 4.37 GB; "
            "fetch it: git -C 'my models' lfs pull");
  EXPECT_EQ(Describe("config.json", lfs),
            "is a Git LFS pointer in place of the file, which has 4.37 GB; "
            "fetch it: git -C . lfs pull");
  ExpectPart("m", "version https://git-lfs.github.com/spec/v1\nsize -1e9\n",
             "in place of the file; fetch");
  ExpectPart("m", "# xet version 0\nfilesize = 1000000\nhash = 'a'\n",
             "Xet pointer in place of the file, which has 1.00 MB");
  ExpectPart("m", "/annex/objects/SHA256E-s3--a.gguf\n", "git annex get m");
  ExpectPart("m", "outs:\n- md5: a\n  size: 1000\n", "dvc pull m");
}

TEST(ForeignFileTest, ErrorPages) {
  ExpectPart("m.gguf", "<!DOCTYPE html><html><title>Sign in\x1b</title>",
             "is an HTML page ('Sign in\\x1b') that was saved in place");
  ExpectPart("m.gguf", "\xef\xbb\xbf\n <HTML>", "is an HTML page that was");
  ExpectPart("m.gguf", "{\"error\":\"Repository not found\"}",
             "server ('Repository not found')");
  ExpectPart("config.json", "{\"error\":{\"message\":\"no\"}}", "('no')");
  ExpectPart("m.gguf", "{\"errors\":[]}", "error message of a server");
  ExpectPart("m.gguf",
             "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied<"
             "/Code></Error>",
             "server ('AccessDenied')");
  for (const char* line : {"Entry not found", "Not Found", "404: Not Found",
                           "Invalid username or password.",
                           "Access to model a/b is restricted."}) {
    ExpectPart("m.safetensors", line,
               absl::StrCat("error message of a server ('", line, "')"));
  }
  ExpectPart("m.gguf", "once upon a time",
             "is text, not a model; it begins with 'once upon a time'");
  ExpectPart("m.txt", string_view("\xff\xfeh\0i\0", 6), "UTF-16");
  ExpectPart("m.xml", "<?xml version=\"1.0\"?><net name=\"a\">", "OpenVINO");
}

TEST(ForeignFileTest, PackedFiles) {
  EXPECT_EQ(Describe("a/m.gguf.gz", Padded("\x1f\x8b")),
            "is packed with gzip; unpack it first: gzip -dc a/m.gguf.gz > "
            "m.gguf");
  EXPECT_EQ(Describe("my m.gguf", Padded("\x28\xb5\x2f\xfd")),
            "is packed with zstd; unpack it first: zstd -dc 'my m.gguf' > "
            "'unpacked-my m.gguf'");
  ExpectPart("m.tar.gz", Padded("\x1f\x8b"), "tar -xf m.tar.gz");
  ExpectPart("m.xz",
             Padded(string_view("\xfd"
                                "7zXZ\0",
                                6)),
             "xz -dc");
  ExpectPart("m.bz2", Padded("BZh9"), "bzip2 -dc");
  ExpectPart("m.7z", Padded("7z\xbc\xaf\x27\x1c"), "7z x m.7z");
  std::string tar(512, 'x');
  tar.replace(257, 5, "ustar");
  ExpectPart("m.nemo", tar, "is a tar archive; unpack it first: tar -xf");
  const std::string zip = "PK\x03\x04";
  ExpectPart("m.pt", zip + "archive/data.pkl", "is a pickle, as PyTorch");
  ExpectPart("m.pt", zip + "archive/data.pkl",
             "weights_only=True), sys.argv[2])\" m.pt model.safetensors");
  ExpectPart("m.npz", zip + "w.npy", "NumPy");
  ExpectPart("m.zip", zip + "x", "unzip m.zip");
}

TEST(ForeignFileTest, MagicNumbers) {
  for (const char* magic : {"lmgg", "fmgg", "tjgg"}) {
    ExpectPart("m.bin", Padded(magic), "is a GGML file");
  }
  ExpectPart("m.bin", Padded("algg"), "LoRA adapter");
  ExpectPart("m.bin", Padded("\x80\x02\x8a\n"), "is a pickle");
  ExpectPart("m", Padded("\x08\x07\x12\x07pytorch"), "ONNX");
  ExpectPart("m.h5", Padded("\x89HDF\r\n\x1a\n"), "HDF5");
  ExpectPart("m y.llamafile", Padded("MZqFpD='"), "unzip 'm y.llamafile'");
  ExpectPart("m",
             Padded("\x7f"
                    "ELF"),
             "program");
  ExpectPart("m.npy", Padded("\x93NUMPY"), "NumPy");
  ExpectPart("m.tflite", Padded(string_view("\x1c\0\0\0TFL3", 8)), "Lite");
  ExpectPart("m", Padded("PAR1"), "table");
  ExpectPart("m.gguf", Padded("gguf\3"), "small letters");
  ExpectPart("m.gguf", Padded("FUGG"), "byte order");
  ExpectPart("x.arena.partial", Padded("tessera unfinished 2\n"), "--resume");
}

TEST(ForeignFileTest, NothingAndZeros) {
  EXPECT_EQ(Describe("m.gguf", ""), "is empty; download it again");
  ExpectPart("m.gguf", std::string(3, '\0'), "zeros");
  std::string large(10'000'000, '\0');
  ExpectPart("m.safetensors", large, "zeros");
  large.back() = 1;
  EXPECT_EQ(Describe("m.safetensors", large), "");
}

TEST(ForeignFileTest, FilesOfAFolder) {
  EXPECT_EQ(Describe("a b/tokenizer.json", "{\"model\": {}}"),
            "is a tokenizer, not weights; give the folder: tessera-convert "
            "'a b' model.arena");
  ExpectPart("config.json", "{\"model_type\": \"llama\"}", "convert . model");
  ExpectPart("c.json", "{\"model_type\": \"llama\"}", "configuration");
  ExpectPart("t.json", "{\"model\": 1, \"added_tokens\": []}", "tokenizer");
  ExpectPart("t.json", "{}", "is JSON, not weights");
  ExpectPart("tokenizer.model", "\n\x0e\n\x05<unk>", "tokenizer");
  ExpectPart("README.md", "# A model", "description");
  ExpectPart("m.imatrix", "\1\0\0\0", "--imatrix");
  ExpectPart("flax_model.msgpack", "\x82\xa6", "Flax");
  ExpectPart("saved_model.pb", "\x08\1\xff", "TensorFlow");
}

TEST(ForeignFileTest, WhatBelongsToWeightsIsCheckedForReplacementsOnly) {
  EXPECT_TRUE(CheckNotReplaced("tokenizer.json", AsBytes("{}")).ok());
  EXPECT_TRUE(CheckNotReplaced("merges.txt", AsBytes("a b\n")).ok());
  EXPECT_TRUE(
      CheckNotReplaced("vocab.json",
                       AsBytes("{\"error\": 1, \"errors\": 2, \"message\": 3}"))
          .ok());
  EXPECT_TRUE(CheckNotReplaced("x.jinja", AsBytes("{{ x }}")).ok());
  EXPECT_TRUE(CheckNotReplaced("empty", {}).ok());
  const absl::Status status =
      CheckNotReplaced("tokenizer.json", AsBytes("<html></html>"));
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_TRUE(absl::StartsWith(status.message(), "tokenizer.json: is an HTML"));
}

TEST(ConvertAdviceTest, IsACommandForTheShell) {
  EXPECT_EQ(ConvertAdvice("my m.gguf"),
            "convert it first: tessera-convert 'my m.gguf' 'my m.arena'");
  EXPECT_EQ(ArenaNameFor("a/m-00001-of-00003.gguf"), "a/m.arena");
  EXPECT_EQ(ArenaNameFor("a/m.safetensors"), "a/m.arena");
  EXPECT_EQ(ArenaNameFor("a/model.safetensors.index.json"), "a/model.arena");
  EXPECT_EQ(ArenaNameFor("folder/"), "folder.arena");
  EXPECT_EQ(ArenaNameFor("."), "model.arena");
  EXPECT_EQ(ArenaNameFor("/"), "model.arena");
  EXPECT_EQ(ArenaNameFor(".gguf"), "model.arena");
}

}  // namespace
}  // namespace tessera
