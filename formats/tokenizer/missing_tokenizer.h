// Why an arena has no tokenizer.
#ifndef FORMATS_TOKENIZER_MISSING_TOKENIZER_H_
#define FORMATS_TOKENIZER_MISSING_TOKENIZER_H_

#include "absl/status/status.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// OK if `manifest` has a tokenizer. Unimplemented, naming it, if the source has
// one that is not supported; else InvalidArgument, saying what helps.
absl::Status CheckHasTokenizer(const Manifest& manifest);

}  // namespace tessera

#endif  // FORMATS_TOKENIZER_MISSING_TOKENIZER_H_
