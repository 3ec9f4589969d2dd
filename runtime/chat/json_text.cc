#include "runtime/chat/json_text.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

constexpr int kMaxNesting = 500;

void AppendUnit(uint32_t unit, std::string* text) {
  absl::StrAppendFormat(text, "\\u%04x", unit);
}

void AppendEscaped(absl::string_view character, bool ensure_ascii,
                   std::string* text) {
  const char c = character[0];
  switch (c) {
    case '"':
    case '\\':
      text->push_back('\\');
      text->push_back(c);
      return;
    case '\n':
      text->append("\\n");
      return;
    case '\r':
      text->append("\\r");
      return;
    case '\t':
      text->append("\\t");
      return;
    case '\b':
      text->append("\\b");
      return;
    case '\f':
      text->append("\\f");
      return;
    default:
      break;
  }
  const auto code =
      static_cast<uint32_t>(CodePoint(character, character.size()));
  if (code >= 0x20 && (!ensure_ascii || code < 0x7f + 1)) {
    text->append(character.data(), character.size());
  } else if (code < 0x10000) {
    AppendUnit(code, text);
  } else {
    AppendUnit(0xd800 + ((code - 0x10000) >> 10), text);
    AppendUnit(0xdc00 + ((code - 0x10000) & 0x3ff), text);
  }
}

std::string JsonFloat(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return FloatText(value);
}

class JsonWriter {
 public:
  JsonWriter(ValueHeap& heap, const JsonStyle& style)
      : heap_(heap),
        style_(style),
        item_separator_(style.item_separator.value_or(
            style.indent.has_value() ? "," : ", ")),
        key_separator_(style.key_separator.value_or(": ")) {}

  absl::Status Write(const Value& value) {
    TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
    TESSERA_RETURN_IF_ERROR(
        heap_.CheckRoom(static_cast<int64_t>(result_.size())));
    switch (value.kind()) {
      case ValueKind::kNone:
        result_.Append("null", value.outside());
        return absl::OkStatus();
      case ValueKind::kBool:
        result_.Append(value.boolean() ? "true" : "false", value.outside());
        return absl::OkStatus();
      case ValueKind::kInt:
        result_.Append(absl::StrCat(value.integer()), value.outside());
        return absl::OkStatus();
      case ValueKind::kFloat:
        result_.Append(JsonFloat(value.real()), value.outside());
        return absl::OkStatus();
      case ValueKind::kText:
        return WriteText(value.text());
      case ValueKind::kList:
      case ValueKind::kTuple:
        return Nested([&] { return WriteList(value.as<ListObject>().items); });
      case ValueKind::kDict:
        return Nested([&] { return WriteDict(value.as<DictObject>()); });
      default:
        return absl::InvalidArgumentError(absl::StrCat(
            "Object of type ", TypeName(value), " is not JSON serializable"));
    }
  }

  MarkedText Take() { return std::move(result_); }

 private:
  template <typename Body>
  absl::Status Nested(Body body) {
    if (++depth_ > kMaxNesting) {
      return absl::ResourceExhaustedError("values nest too deeply");
    }
    TESSERA_RETURN_IF_ERROR(body());
    --depth_;
    return absl::OkStatus();
  }

  absl::Status WriteText(const MarkedText& text) {
    TESSERA_RETURN_IF_ERROR(heap_.SpendBytes(text.size() * 4));
    result_.Append("\"", false);
    text.ForEachRun([&](absl::string_view run, bool outside) {
      std::string escaped;
      while (!run.empty()) {
        const size_t size = CharacterSize(run);
        AppendEscaped(run.substr(0, size), style_.ensure_ascii, &escaped);
        run.remove_prefix(size);
      }
      result_.Append(escaped, outside);
    });
    result_.Append("\"", false);
    return absl::OkStatus();
  }

  void NewLine(int levels) {
    if (!style_.indent.has_value()) return;
    std::string text = "\n";
    for (int i = 0; i < levels; ++i) text += *style_.indent;
    result_.Append(text, style_.outside);
  }

  absl::Status WriteList(const std::vector<Value>& items) {
    result_.Append("[", false);
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) result_.Append(item_separator_, style_.outside);
      NewLine(depth_);
      TESSERA_RETURN_IF_ERROR(Write(items[i]));
    }
    if (!items.empty()) NewLine(depth_ - 1);
    result_.Append("]", false);
    return absl::OkStatus();
  }

  absl::Status WriteDict(const DictObject& dict) {
    std::vector<std::pair<Value, Value>> entries = dict.entries;
    if (style_.sort_keys) TESSERA_RETURN_IF_ERROR(Sort(&entries));
    result_.Append("{", false);
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) result_.Append(item_separator_, style_.outside);
      NewLine(depth_);
      TESSERA_RETURN_IF_ERROR(WriteKey(entries[i].first));
      result_.Append(key_separator_, style_.outside);
      TESSERA_RETURN_IF_ERROR(Write(entries[i].second));
    }
    if (!entries.empty()) NewLine(depth_ - 1);
    result_.Append("}", false);
    return absl::OkStatus();
  }

  absl::Status WriteKey(const Value& key) {
    if (key.IsText()) return WriteText(key.text());
    if (!key.IsNumber() && !key.IsNone()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "keys must be str, int, float, bool or None, not ", TypeName(key)));
    }
    result_.Append("\"", false);
    TESSERA_RETURN_IF_ERROR(Write(key));
    result_.Append("\"", false);
    return absl::OkStatus();
  }

  absl::Status Sort(std::vector<std::pair<Value, Value>>* entries) {
    absl::Status status;
    std::stable_sort(entries->begin(), entries->end(),
                     [&](const auto& a, const auto& b) {
                       if (!status.ok()) return false;
                       const auto order = Order(heap_, a.first, b.first, "<");
                       if (!order.ok()) status = order.status();
                       return order.ok() && *order < 0;
                     });
    return status;
  }

  ValueHeap& heap_;
  const JsonStyle& style_;
  const std::string item_separator_;
  const std::string key_separator_;
  MarkedText result_;
  int depth_ = 0;
};

}  // namespace

absl::StatusOr<MarkedText> JsonText(ValueHeap& heap, const Value& value,
                                    const JsonStyle& style) {
  JsonWriter writer(heap, style);
  TESSERA_RETURN_IF_ERROR(writer.Write(value));
  return writer.Take();
}

}  // namespace tessera::jinja
