// What a user, or a program, asks of a conversion.
#ifndef CONVERTER_CONVERT_COMMAND_H_
#define CONVERTER_CONVERT_COMMAND_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "converter/arena_output.h"
#include "converter/convert_options.h"
#include "converter/gguf_plan.h"
#include "converter/quantize/size_target.h"

namespace tessera {

struct ConvertCommand {
  std::string input;
  std::vector<OutputOptions> outputs;  // the first is OUTPUT, --also the rest
  ConvertOptions options;
  std::string imatrix;               // a file, for all outputs; empty: none
  std::string layout_profile;        // likewise
  std::optional<SizeTarget> target;  // of the first output, without a mix
  GgufSplitLimits split;             // of a .gguf
  bool dry_run = false;
  bool tensors = false;  // with dry_run: each of them
  bool quality = false;  // of each tensor, not only of the worst
  bool json = false;
  bool silent = false;             // nothing is printed while it is prepared
  bool tensors_only = false;       // and no model
  std::vector<std::string> notes;  // for the user, in whole sentences
  // For the user, about each of `outputs`.
  std::vector<std::vector<std::string>> warnings;

  bool to_gguf() const;
  // The first output, as a .gguf.
  GgufOptions gguf() const;
};

// Reads the files that `command` names besides its input: importance matrix and
// layout profile. Notes that a profile is from another machine. Errors name the
// file.
absl::Status ReadCommandFiles(ConvertCommand* command);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_COMMAND_H_
