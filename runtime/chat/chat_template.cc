#include "runtime/chat/chat_template.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "runtime/chat/evaluator.h"
#include "runtime/chat/globals.h"
#include "runtime/chat/parser.h"

namespace tessera {
namespace {

constexpr size_t kMaxSourceBytes = size_t{1} << 20;

absl::Status InTemplate(const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("chat template: ", status.message()));
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t size = Utf8CharSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

absl::StatusOr<std::unique_ptr<const jinja::Syntax>> ParseSource(
    absl::string_view source) {
  if (source.size() > kMaxSourceBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("it has ", source.size(), " bytes, at most ",
                     kMaxSourceBytes, " are read"));
  }
  if (!IsUtf8(source)) return absl::InvalidArgumentError("it is not UTF-8");
  return jinja::ParseTemplate(source);
}

}  // namespace

absl::StatusOr<ChatTemplate> ChatTemplate::Parse(absl::string_view source) {
  absl::StatusOr<std::unique_ptr<const jinja::Syntax>> syntax =
      ParseSource(source);
  if (!syntax.ok()) return InTemplate(syntax.status());
  return ChatTemplate(*std::move(syntax));
}

absl::StatusOr<MarkedText> ChatTemplate::Render(
    jinja::ValueHeap& heap, const jinja::DictObject& variables, absl::Time now,
    absl::TimeZone zone) const {
  TESSERA_ASSIGN_OR_RETURN(const jinja::DictObject* globals,
                           jinja::MakeGlobals(heap, now, zone));
  absl::StatusOr<MarkedText> text =
      jinja::Evaluator(&heap, &variables, globals).Run(*syntax_);
  if (!text.ok()) return InTemplate(text.status());
  return text;
}

}  // namespace tessera
