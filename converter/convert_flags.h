// The command line of `convert`.
#ifndef CONVERTER_CONVERT_FLAGS_H_
#define CONVERTER_CONVERT_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/convert_command.h"

namespace tessera {

// Usage of the tool, for --help.
extern const char kConvertUsage[];

// From the flags and the positional arguments. InvalidArgument, naming the
// flag, for what cannot be meant.
absl::StatusOr<ConvertCommand> ConvertCommandFromFlags(
    absl::Span<const std::string> arguments);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_FLAGS_H_
