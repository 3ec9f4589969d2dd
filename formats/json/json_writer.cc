#include "formats/json/json_writer.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/printable.h"
#include "formats/json/message_utf8.h"

namespace tessera {
namespace {

// Whole numbers beyond it are not all doubles.
constexpr double kMaxExact = 9007199254740992.0;  // 2^53

// The shortest text that reads back as `value`, which is finite.
template <typename T>
std::string Shortest(T value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

template <typename T>
std::string FloatText(T value) {
  if (!std::isfinite(value)) return "null";
  const double wide = static_cast<double>(value);
  if (std::trunc(wide) == wide && std::abs(wide) <= kMaxExact) {
    return absl::StrCat(static_cast<int64_t>(wide));
  }
  return Shortest(value);
}

// In quotes. Other hidden characters are escaped at the end.
std::string QuotedJson(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        json += "\\\"";
        break;
      case '\\':
        json += "\\\\";
        break;
      case '\n':
        json += "\\n";
        break;
      case '\r':
        json += "\\r";
        break;
      case '\t':
        json += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned>(c));
        } else {
          json += c;
        }
    }
  }
  return json + "\"";
}

}  // namespace

void JsonWriter::NewLine() {
  if (!indented_) return;
  json_ += '\n';
  json_.append(levels_.size(), ' ');
}

void JsonWriter::BeforeElement() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.empty) json_ += ',';
  if (!level.one_line) {
    NewLine();
  } else if (!level.empty && indented_) {
    json_ += ' ';
  }
  level.empty = false;
}

void JsonWriter::Begin(char bracket, bool one_line) {
  BeforeElement();
  json_ += bracket;
  levels_.push_back({one_line, true});
}

void JsonWriter::End(char bracket) {
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.empty && !level.one_line) NewLine();
  json_ += bracket;
}

void JsonWriter::Key(absl::string_view key) {
  String(key);
  json_ += indented_ ? ": " : ":";
  after_key_ = true;
}

void JsonWriter::String(absl::string_view text) {
  Value(QuotedJson(AsUtf8(std::string(text))));
}

void JsonWriter::Value(absl::string_view json) {
  BeforeElement();
  absl::StrAppend(&json_, json);
}

void JsonWriter::Signed(int64_t value) { Value(absl::StrCat(value)); }

void JsonWriter::Unsigned(uint64_t value) { Value(absl::StrCat(value)); }

void JsonWriter::Number(double value) { Value(FloatText(value)); }

void JsonWriter::Number(float value) { Value(FloatText(value)); }

std::string JsonWriter::Finish() {
  json_ += '\n';
  return PrintableJson(json_);
}

}  // namespace tessera
