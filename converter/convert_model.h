// A conversion as a call: what the convert tool does, without its flags and
// without a word on stderr.
#ifndef CONVERTER_CONVERT_MODEL_H_
#define CONVERTER_CONVERT_MODEL_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "converter/convert_command.h"
#include "converter/convert_summary.pb.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens the input of `command`, reads the files that it names besides, and
// checks input and outputs before anything is written. Errors name the file.
absl::StatusOr<WeightSource> OpenConversion(ConvertCommand* command);

// Converts command.input to command.outputs (a .gguf, or arenas), or says what
// that would do if command.dry_run. Progress goes to command.options.progress,
// warnings and what quantizing has cost are in the result, which is what
// `convert --json` prints. Fields that say what to print have no effect.
// Blocks. Thread-safe.
absl::StatusOr<ConvertSummary> Convert(ConvertCommand command);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_MODEL_H_
