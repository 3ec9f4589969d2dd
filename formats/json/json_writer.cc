#include "formats/json/json_writer.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/number_text.h"
#include "base/printable.h"
#include "formats/json/message_utf8.h"

namespace tessera {
namespace {

template <typename T>
std::string FloatText(T value) {
  return std::isfinite(value) ? NumberText(value) : "null";
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
