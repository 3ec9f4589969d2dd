// The command line of `convert`.
#ifndef CONVERTER_CONVERT_FLAGS_H_
#define CONVERTER_CONVERT_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/arena_output.h"
#include "converter/convert_to_arena.h"

namespace tessera {

// Usage of the tool, for --help.
extern const char kConvertUsage[];

// What the user asked for.
struct ConvertCommand {
  std::string input;
  std::vector<OutputOptions> outputs;  // the first is OUTPUT, --also the rest
  ConvertOptions options;
  bool dry_run = false;
  bool tensors = false;  // with dry_run: each of them
  bool quality = false;  // of each tensor, not only of the worst
  bool json = false;
  bool silent = false;        // another process of the group talks to the user
  bool tensors_only = false;  // and no model
  std::vector<std::string> flag_files;  // that flags name, to be read
  std::vector<std::string> notes;       // for the user, in whole sentences
  // For the user, about each of `outputs`.
  std::vector<std::vector<std::string>> warnings;
  bool to_gguf() const;
};

// From the flags and the positional arguments. InvalidArgument, naming the
// flag, for what cannot be meant.
absl::StatusOr<ConvertCommand> ConvertCommandFromFlags(
    absl::Span<const std::string> arguments);

// Reads the files that flags name: --layout_profile, --imatrix. Notes that a
// profile is from another machine. Errors name the file.
absl::Status ReadFlagFiles(ConvertCommand* command);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_FLAGS_H_
