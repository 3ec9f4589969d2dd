#include "formats/foreign/foreign_file.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/shell_quoted.h"
#include "base/tool_name.h"
#include "formats/arena/arena_header.h"
#include "formats/foreign/binary_magic.h"
#include "formats/foreign/model_folder_file.h"
#include "formats/foreign/packed_file.h"
#include "formats/foreign/saved_text.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

using absl::string_view;

string_view TextOf(absl::Span<const uint8_t> bytes) {
  return string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool AreZeros(string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return c == '\0'; });
}

// At its beginning and at places all over it; reading all of a large file takes
// minutes.
bool LooksLikeZeros(string_view bytes) {
  constexpr size_t kHeadBytes = 64 << 10;
  constexpr size_t kPieceBytes = 4096;
  constexpr size_t kPieces = 64;
  if (!AreZeros(bytes.substr(0, kHeadBytes))) return false;
  for (size_t i = 1; i <= kPieces; ++i) {
    const size_t end = bytes.size() / kPieces * i;
    const size_t begin = end - std::min(end, kPieceBytes);
    if (!AreZeros(bytes.substr(begin, end - begin))) return false;
  }
  return true;
}

bool IsOwnFormat(absl::Span<const uint8_t> bytes) {
  return HasArenaMagic(bytes) || LooksLikeSafetensors(bytes) ||
         absl::StartsWith(TextOf(bytes), kGgufMagic);
}

absl::Status AsError(string_view path, const std::string& sentence) {
  if (sentence.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", sentence));
}

// "-00001-of-00003" at the end of `name`, or nothing.
string_view SplitNumber(string_view name) {
  constexpr size_t kSize = sizeof("-00001-of-00003") - 1;
  if (name.size() <= kSize) return "";
  const string_view end = name.substr(name.size() - kSize);
  for (size_t i = 0; i < kSize; ++i) {
    const char expected = "-00001-of-00003"[i];
    const bool is_digit = end[i] >= '0' && end[i] <= '9';
    if (expected >= '0' && expected <= '3' ? !is_digit : end[i] != expected) {
      return "";
    }
  }
  return end;
}

}  // namespace

std::string DescribeReplacement(string_view path,
                                absl::Span<const uint8_t> bytes) {
  const string_view text = TextOf(bytes);
  std::string sentence = DescribePointer(path, text);
  if (sentence.empty()) sentence = DescribeErrorPage(text);
  if (sentence.empty()) sentence = DescribePackedFile(path, text);
  if (sentence.empty() && !text.empty() && LooksLikeZeros(text)) {
    sentence =
        "holds zeros only; a download that was cut off after it had made room "
        "for the file looks like that: download it again";
  }
  return sentence;
}

std::string DescribeForeignFile(string_view path,
                                absl::Span<const uint8_t> bytes) {
  if (bytes.empty()) return "is empty; download it again";
  if (IsOwnFormat(bytes)) return "";
  const string_view text = TextOf(bytes);
  std::string sentence = DescribeReplacement(path, bytes);
  if (sentence.empty()) sentence = DescribeByMagic(path, text);
  if (sentence.empty()) sentence = DescribeModelFolderFile(path, text);
  const bool may_be_index =
      absl::StartsWith(text, "{") || absl::EndsWith(path, ".json");
  if (sentence.empty() && !may_be_index) sentence = DescribePlainText(text);
  return sentence;
}

absl::Status CheckNotForeign(string_view path,
                             absl::Span<const uint8_t> bytes) {
  return AsError(path, DescribeForeignFile(path, bytes));
}

absl::Status CheckNotReplaced(string_view path,
                              absl::Span<const uint8_t> bytes) {
  return AsError(path, DescribeReplacement(path, bytes));
}

std::string ArenaNameFor(string_view path) {
  while (path.size() > 1 && absl::ConsumeSuffix(&path, "/")) {
  }
  for (const string_view end :
       {".safetensors.index.json", ".safetensors", ".gguf"}) {
    if (absl::ConsumeSuffix(&path, end)) break;
  }
  path.remove_suffix(SplitNumber(path).size());
  const bool has_name =
      !path.empty() && path.back() != '.' && path.back() != '/';
  return absl::StrCat(has_name ? path : "model", ".arena");
}

std::string ConvertAdvice(string_view path) {
  return absl::StrCat("convert it first: ", NameOfTool("convert"), " ",
                      ShellQuoted(path), " ", ShellQuoted(ArenaNameFor(path)));
}

}  // namespace tessera
