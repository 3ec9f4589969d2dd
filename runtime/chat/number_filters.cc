// The filters of filters.h that make numbers, or choose a default.
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "runtime/chat/arithmetic.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/filters.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

constexpr double kTwoTo63 = 9223372036854775808.0;

// Removes underscores between digits; nullopt if one stands elsewhere.
std::optional<std::string> WithoutUnderscores(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      result.push_back(text[i]);
    } else if (i == 0 || i + 1 == text.size() ||
               !absl::ascii_isxdigit(text[i - 1]) ||
               !absl::ascii_isxdigit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return result;
}

absl::string_view Trimmed(absl::string_view text) {
  text.remove_prefix(LeadingSpace(text));
  return text.substr(0, text.size() - TrailingSpace(text));
}

// int(text, base); nullopt if that is a ValueError.
absl::StatusOr<std::optional<int64_t>> ParseInt(absl::string_view text,
                                                int64_t base) {
  const std::optional<std::string> digits = WithoutUnderscores(Trimmed(text));
  if (!digits.has_value() || base < 2 || base > 36) return std::nullopt;
  absl::string_view rest = *digits;
  const bool negative = absl::StartsWith(rest, "-");
  if (negative || absl::StartsWith(rest, "+")) rest.remove_prefix(1);
  const char mark = base == 16 ? 'x' : base == 8 ? 'o' : base == 2 ? 'b' : 0;
  if (mark != 0 && rest.size() > 2 && rest[0] == '0' &&
      absl::ascii_tolower(rest[1]) == mark) {
    rest.remove_prefix(2);
  }
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(
      rest.data(), rest.data() + rest.size(), value, static_cast<int>(base));
  if (rest.empty() || end != rest.data() + rest.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range ||
      value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return absl::InvalidArgumentError("an integer is beyond 64 bits");
  }
  const auto size = static_cast<int64_t>(value);
  return negative ? -size : size;
}

// float(text)
std::optional<double> ParseFloat(absl::string_view text) {
  const std::optional<std::string> digits = WithoutUnderscores(Trimmed(text));
  if (!digits.has_value()) return std::nullopt;
  absl::string_view rest = *digits;
  const bool negative = absl::StartsWith(rest, "-");
  if (negative || absl::StartsWith(rest, "+")) rest.remove_prefix(1);
  const std::string word = absl::AsciiStrToLower(rest);
  double value = 0;
  if (word == "inf" || word == "infinity") {
    value = std::numeric_limits<double>::infinity();
  } else if (word == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    if (rest.empty() || !(absl::ascii_isdigit(rest[0]) || rest[0] == '.')) {
      return std::nullopt;
    }
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (end != rest.data() + rest.size()) return std::nullopt;
    // Python has infinity there, and 0.
    if (error == std::errc::result_out_of_range) {
      value = std::strtod(std::string(rest).c_str(), nullptr);
    }
  }
  return negative ? -value : value;
}

absl::StatusOr<Value> Truncated(double value, const Value& standard) {
  if (std::isnan(value) || std::isinf(value)) return standard;
  if (!(std::abs(value) < kTwoTo63)) {
    return absl::InvalidArgumentError("an integer is beyond 64 bits");
  }
  return Value::Int(static_cast<int64_t>(value));
}

Result Int(Interpreter&, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("int", call, {"default", "base"}));
  TESSERA_ASSIGN_OR_RETURN(const int64_t base, IntOr(args[1], 10));
  const Value standard = args[0] == nullptr ? Value::Int(0) : *args[0];
  switch (self.kind()) {
    case ValueKind::kUndefined:
      return WrongType(self, "a number");
    case ValueKind::kBool:
    case ValueKind::kInt:
      return Value::Int(self.integer()).WithOutside(self.outside());
    case ValueKind::kFloat:
      return Truncated(self.real(), standard);
    case ValueKind::kText: {
      TESSERA_ASSIGN_OR_RETURN(const std::optional<int64_t> value,
                               ParseInt(self.bytes(), base));
      if (value.has_value()) {
        return Value::Int(*value).WithOutside(self.text().IsOutside());
      }
      const std::optional<double> real = ParseFloat(self.bytes());
      if (!real.has_value()) return standard;
      TESSERA_ASSIGN_OR_RETURN(const Value result, Truncated(*real, standard));
      return result;
    }
    default:
      return standard;
  }
}

Result Float(Interpreter&, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("float", call, {"default"}));
  if (self.IsUndefined()) return WrongType(self, "a number");
  if (self.IsNumber()) {
    return Value::Float(self.number()).WithOutside(self.outside());
  }
  const std::optional<double> value =
      self.IsText() ? ParseFloat(self.bytes()) : std::nullopt;
  if (value.has_value()) {
    return Value::Float(*value).WithOutside(self.text().IsOutside());
  }
  return args[0] == nullptr ? Value::Float(0) : *args[0];
}

Result Abs(Interpreter&, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("abs", call, {}).status());
  if (!self.IsNumber()) return WrongType(self, "a number");
  if (self.Is(ValueKind::kFloat)) {
    return Value::Float(std::abs(self.real())).WithOutside(self.outside());
  }
  if (self.integer() >= 0) {
    return Value::Int(self.integer()).WithOutside(self.outside());
  }
  TESSERA_ASSIGN_OR_RETURN(const Value result, Negative(self));
  return result.WithOutside(self.outside());
}

// round(value, precision), correct to the last digit.
double Rounded(double value, int64_t precision) {
  if (!std::isfinite(value) || precision > 300) return value;
  if (precision >= 0) {
    return std::strtod(
        absl::StrFormat("%.*f", static_cast<int>(precision), value).c_str(),
        nullptr);
  }
  const double scale = std::pow(10.0, static_cast<double>(-precision));
  if (!std::isfinite(scale)) return std::copysign(0.0, value);
  return std::nearbyint(value / scale) * scale;
}

Result Round(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("round", call, {"precision", "method"}));
  TESSERA_ASSIGN_OR_RETURN(const int64_t precision, IntOr(args[0], 0));
  const MarkedText common("common");
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* method, TextOr(args[1], &common));
  if (!self.IsNumber()) return WrongType(self, "a number");
  if (method->bytes() == "common") {
    if (!self.IsInteger()) {
      return Value::Float(Rounded(self.real(), precision))
          .WithOutside(self.outside());
    }
    if (precision >= 0) {
      return Value::Int(self.integer()).WithOutside(self.outside());
    }
    const double rounded = Rounded(self.number(), precision);
    return Value::Int(static_cast<int64_t>(rounded));
  }
  if (method->bytes() != "ceil" && method->bytes() != "floor") {
    return absl::InvalidArgumentError("method must be common, ceil or floor");
  }
  TESSERA_ASSIGN_OR_RETURN(
      const Value scale, Calculate(in.heap(), Arithmetic::kPow, Value::Int(10),
                                   Value::Int(precision)));
  const double scaled = self.number() * scale.number();
  if (!(std::abs(scaled) < 1e300)) {
    return absl::InvalidArgumentError("a number is too large to round");
  }
  return Value::Float((method->bytes() == "ceil" ? std::ceil(scaled)
                                                 : std::floor(scaled)) /
                      scale.number())
      .WithOutside(self.outside());
}

Result Default(Interpreter&, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("default", call, {"default_value", "boolean"}));
  if (self.IsUndefined() || (TruthOr(args[1], false) && !IsTrue(self))) {
    return args[0] == nullptr ? Value::Word("") : *args[0];
  }
  return self;
}

constexpr NamedFunction kFilters[] = {{"abs", Abs},         {"d", Default},
                                      {"default", Default}, {"float", Float},
                                      {"int", Int},         {"round", Round}};

}  // namespace

absl::Span<const NamedFunction> NumberFilters() { return kFilters; }

}  // namespace tessera::jinja
