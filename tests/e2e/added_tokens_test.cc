// Tokens that were added to a tokenizer and not to its model.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "formats/arena/token_type.h"
#include "formats/gguf/gguf_reader.h"
#include "gtest/gtest.h"
#include "runtime/llm/arena_tokenizer.h"
#include "runtime/llm/run_model.h"
#include "runtime/loader/loaded_arena.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr char kTiny[] = "testdata/tiny";
constexpr int32_t kRows = 1024;  // of its embedding
constexpr char kAdded[] = "<|added|>";

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The tiny model with added tokens from id 1024 on, and something replaced in
// its tokenizer.json.
std::string Folder(
    const std::vector<std::string>& texts,
    const std::vector<std::pair<absl::string_view, absl::string_view>>& edits =
        {}) {
  const std::string folder = TempPath("folder");
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const char* name : {"config.json", "model.safetensors",
                           "tokenizer_config.json", "generation_config.json"}) {
    fs::copy_file(absl::StrCat(kTiny, "/", name),
                  absl::StrCat(folder, "/", name));
  }
  std::string json = ReadBytes(absl::StrCat(kTiny, "/tokenizer.json"));
  std::string added = "  }";
  int32_t id = kRows;
  for (const std::string& text : texts) {
    absl::StrAppend(&added, ", {\"id\": ", id++, ", \"content\": \"", text,
                    "\", \"special\": true}");
  }
  absl::StrAppend(&added, "\n ],\n \"normalizer\"");
  EXPECT_EQ(absl::StrReplaceAll({{"  }\n ],\n \"normalizer\"", added}}, &json),
            1);
  absl::StrReplaceAll(edits, &json);
  std::ofstream(absl::StrCat(folder, "/tokenizer.json")) << json;
  return folder;
}

std::string Arena(const std::string& input) {
  const std::string path = TempPath("x.arena");
  const absl::Status status = ConvertModel(input, path, ConvertModelOptions());
  EXPECT_TRUE(status.ok()) << status;
  return path;
}

std::vector<int32_t> Encoded(const std::string& arena, absl::string_view text) {
  const auto loaded = LoadedArena::Open(arena, LoadOptions());
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  const auto tokenizer = MakeTokenizer(**loaded);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->size(), kRows);
  EXPECT_EQ((*tokenizer)->Decode(kRows), "");
  return (*tokenizer)->Encode(text, {});
}

absl::StatusOr<RunReport> Generated(const std::string& arena,
                                    const std::string& prompt) {
  RunOptions options;
  options.arena = arena;
  options.prompt = prompt;
  options.sampler.temperature = 0;
  options.generate.n_predict = 4;
  options.threads = 2;
  return RunModel(options, [](absl::string_view) {});
}

TEST(AddedTokensTest, ATokenWithoutARowIsKeptAndNotMatched) {
  const std::string prompt = absl::StrCat("Once ", kAdded, " upon a time");
  const std::vector<int32_t> plain = Encoded(Arena(kTiny), prompt);
  const std::string arena = Arena(Folder({kAdded, "<|more|>"}));
  const auto loaded = LoadedArena::Open(arena, LoadOptions());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const TokenizerData& kept = (*loaded)->manifest().tokenizer();
  EXPECT_EQ(kept.token_length_size(), kRows + 2);
  EXPECT_TRUE(absl::EndsWith(kept.token_text(), "<|added|><|more|>"));
  EXPECT_EQ(Encoded(arena, prompt), plain);
  const auto report = Generated(arena, prompt);
  ASSERT_TRUE(report.ok()) << report.status();
  const auto as_plain = Generated(Arena(kTiny), prompt);
  ASSERT_TRUE(as_plain.ok()) << as_plain.status();
  EXPECT_EQ(report->text(), as_plain->text());
}

TEST(AddedTokensTest, OneThatBeginsEveryTextIsRefusedByName) {
  // The template of the post-processor names it by its id.
  const std::string arena =
      Arena(Folder({kAdded}, {{"     1022\n", "     1024\n"}}));
  const auto loaded = LoadedArena::Open(arena, LoadOptions());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const absl::Status status = MakeTokenizer(**loaded).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_TRUE(absl::StrContains(
      status.message(),
      "token 1024 begins or ends every text, but token_embd.weight has 1024"))
      << status;
}

// A GGUF file of the tiny model whose lists of tokens have one more.
std::string GgufWithOneMore(TokenType type) {
  const std::string plain = TempPath("plain.gguf");
  const absl::Status status = ExportModel(Arena(kTiny), plain);
  EXPECT_TRUE(status.ok()) << status;
  const std::string bytes = ReadBytes(plain);
  const auto gguf = ParseGguf(AsBytes(bytes));
  EXPECT_TRUE(gguf.ok()) << gguf.status();
  GgufMetadata metadata;
  for (const GgufMetadataEntry& entry : gguf->metadata.entries()) {
    if (entry.key == "tokenizer.ggml.tokens") {
      auto tokens = entry.value.GetStringArray().value();
      tokens.push_back(kAdded);
      metadata.Append(entry.key, GgufValue::StringArray(tokens));
    } else if (entry.key == "tokenizer.ggml.token_type") {
      std::vector<int32_t> types;
      const std::vector<int64_t> old_types = entry.value.GetIntArray().value();
      for (const int64_t old : old_types) {
        types.push_back(static_cast<int32_t>(old));
      }
      types.push_back(static_cast<int32_t>(type));
      metadata.Append(entry.key, GgufValue::Array<int32_t>(types));
    } else if (!absl::EndsWith(entry.key, ".vocab_size")) {
      metadata.Append(entry.key, entry.value);
    }
  }
  std::vector<TestGgufTensor> tensors;
  for (const GgufTensor& tensor : gguf->tensors) {
    tensors.push_back({tensor.name, tensor.type, tensor.shape,
                       bytes.substr(tensor.offset, tensor.size)});
  }
  const std::string path = TempPath("more.gguf");
  std::ofstream(path, std::ios::binary) << BuildGguf(metadata, tensors);
  return path;
}

TEST(AddedTokensTest, GgufFilesConvertRunAndComeBack) {
  for (const TokenType type :
       {TokenType::kControl, TokenType::kUserDefined, TokenType::kNormal}) {
    const std::string gguf = GgufWithOneMore(type);
    const std::string arena = Arena(gguf);
    const std::string prompt = absl::StrCat("Once ", kAdded, " upon a time");
    for (const int32_t id : Encoded(arena, prompt)) EXPECT_LT(id, kRows);
    const auto report = Generated(arena, prompt);
    ASSERT_TRUE(report.ok()) << report.status();
    const std::string back = TempPath("back.gguf");
    const absl::Status status = ExportModel(arena, back);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_TRUE(ReadBytes(back) == ReadBytes(gguf));
  }
}

}  // namespace
}  // namespace tessera
