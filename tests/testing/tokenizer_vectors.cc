#include "tests/testing/tokenizer_vectors.h"

#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "base/mapped_file.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kTinyVectors[] = "testdata/tiny/golden/tokenizer_vectors.json";
constexpr size_t kTinyVectorCount = 240;

std::vector<int32_t> ReadIds(JsonValue vector, std::string_view key) {
  JsonValue ids;
  if (vector[key].get(ids) != simdjson::SUCCESS) return {};
  const auto numbers = JsonUintArray(ids);
  EXPECT_TRUE(numbers.ok()) << numbers.status();
  if (!numbers.ok()) return {};
  return std::vector<int32_t>(numbers->begin(), numbers->end());
}

}  // namespace

std::string ReadTestFile(const std::string& path) {
  const auto file = MappedFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  if (!file.ok()) return "";
  return std::string(file->bytes().begin(), file->bytes().end());
}

std::vector<TokenizerVector> ReadTokenizerVectors(const std::string& path) {
  std::vector<TokenizerVector> vectors;
  const auto document = JsonDocument::Parse(ReadTestFile(path));
  EXPECT_TRUE(document.ok()) << document.status();
  if (!document.ok()) return vectors;
  simdjson::dom::array entries;
  EXPECT_EQ(document->root()["vectors"].get(entries), simdjson::SUCCESS);
  for (const JsonValue entry : entries) {
    std::string_view hex;
    EXPECT_EQ(entry["utf8_hex"].get(hex), simdjson::SUCCESS);
    vectors.push_back(
        {absl::HexStringToBytes(absl::string_view(hex.data(), hex.size())),
         ReadIds(entry, "ids"), ReadIds(entry, "ids_parse_special")});
  }
  return vectors;
}

std::string DecodeAll(const Tokenizer& tokenizer,
                      const std::vector<int32_t>& ids) {
  std::string text;
  for (const int32_t id : ids) text += tokenizer.Decode(id);
  return text;
}

void ExpectTinyVectors(const Tokenizer& tokenizer) {
  const auto vectors = ReadTokenizerVectors(kTinyVectors);
  ASSERT_EQ(vectors.size(), kTinyVectorCount);
  for (const TokenizerVector& vector : vectors) {
    SCOPED_TRACE(absl::CHexEscape(vector.text));
    const std::vector<int32_t> ids = tokenizer.Encode(
        vector.text, {.add_special = false, .parse_special = false});
    EXPECT_EQ(ids, vector.ids);
    EXPECT_EQ(DecodeAll(tokenizer, ids), vector.text);
    EXPECT_EQ(tokenizer.Encode(vector.text, {.add_special = false}),
              vector.ids_parse_special);
  }
}

}  // namespace tessera
