// What an arena must not lose, or spread, when it becomes a GGUF file.
#ifndef CONVERTER_EXPORT_CHECKS_H_
#define CONVERTER_EXPORT_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// Unimplemented if the architecture of `arena`, which was made from something
// else than GGUF, is not known, so that its tensors cannot be renamed, or if
// its configuration says something that is not understood: GGUF has keys for
// the rest only, so the file would be another model.
absl::Status CheckConfigIsUnderstood(const WeightSource& arena);

// What readers of `metadata`, made of the configuration of `arena`, will take
// other than it says, because GGUF has no key for it: whole sentences. None if
// the architecture is not described.
std::vector<std::string> SettingsThatAreLost(const WeightSource& arena,
                                             const GgufMetadata& metadata);

}  // namespace tessera

#endif  // CONVERTER_EXPORT_CHECKS_H_
