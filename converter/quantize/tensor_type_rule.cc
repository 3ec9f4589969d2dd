#include "converter/quantize/tensor_type_rule.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

bool CanQuantizeTo(DType type) {
  const Codec* codec = FindCodec(type);
  return codec != nullptr && codec->quantize_row != nullptr;
}

}  // namespace

struct TensorTypeRule::Expression {
  explicit Expression(pcre2_code* compiled) : code(compiled) {}
  ~Expression() { pcre2_code_free(code); }
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  pcre2_code* code;
};

absl::StatusOr<DType> QuantizableTypeFromName(absl::string_view name) {
  std::vector<absl::string_view> known;
  for (const DTypeTraits& traits : AllDTypes()) {
    if (!CanQuantizeTo(traits.type)) continue;
    if (absl::EqualsIgnoreCase(traits.name, name)) return traits.type;
    known.push_back(traits.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("cannot quantize to ", Quoted(name), ", expected one of ",
                   absl::StrJoin(known, " ")));
}

absl::StatusOr<TensorTypeRule> TensorTypeRule::Parse(absl::string_view text) {
  const size_t equals = text.rfind('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected REGEX=TYPE, as in attn_v=Q8_0, found ", Quoted(text)));
  }
  TensorTypeRule rule;
  rule.text_ = std::string(text);
  TESSERA_ASSIGN_OR_RETURN(rule.type_,
                           QuantizableTypeFromName(text.substr(equals + 1)));
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), equals,
                    PCRE2_CASELESS, &error, &offset, nullptr);
  if (code == nullptr) {
    char message[256] = "";
    pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message),
                            sizeof(message));
    return absl::InvalidArgumentError(
        absl::StrCat("expression ", Quoted(text.substr(0, equals)), ", offset ",
                     offset, ": ", message));
  }
  rule.expression_ = std::make_shared<Expression>(code);
  return rule;
}

bool TensorTypeRule::Matches(absl::string_view name) const {
  pcre2_match_data* data =
      pcre2_match_data_create_from_pattern(expression_->code, nullptr);
  const int result =
      pcre2_match(expression_->code, reinterpret_cast<PCRE2_SPTR>(name.data()),
                  name.size(), 0, 0, data, nullptr);
  pcre2_match_data_free(data);
  return result > 0;
}

}  // namespace tessera
