// A rule of --tensor_type: which tensors, by an expression, get which type.
#ifndef CONVERTER_QUANTIZE_TENSOR_TYPE_RULE_H_
#define CONVERTER_QUANTIZE_TENSOR_TYPE_RULE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// The stored type called `name`, in upper or lower case. InvalidArgument,
// listing the names, for one that is unknown or that nothing can be quantized
// to.
absl::StatusOr<DType> QuantizableTypeFromName(absl::string_view name);

// Immutable and cheap to copy; thread-safe.
class TensorTypeRule {
 public:
  // Takes "REGEX=TYPE" apart at its last "=". InvalidArgument if it is not of
  // that form, with the offset for a malformed expression.
  static absl::StatusOr<TensorTypeRule> Parse(absl::string_view text);

  // "REGEX=TYPE" as it was given.
  const std::string& text() const { return text_; }

  DType type() const { return type_; }

  // True if the expression (PCRE2, case ignored) matches some part of `name`.
  // An expression that needs too many steps does not match.
  bool Matches(absl::string_view name) const;

 private:
  struct Expression;

  std::string text_;
  DType type_ = DType::kF32;
  std::shared_ptr<const Expression> expression_;
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_TENSOR_TYPE_RULE_H_
