// What a new pack is called.
#ifndef APP_PACK_NAME_H_
#define APP_PACK_NAME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "app/model_files.h"

namespace tessera {

// "tinyllama-q4_0-1f0c...": what a person knows the model by, the value of
// --quantize unless it is "keep", and a hash of path, value and stamps, so that
// the same command finds what it left unfinished. Letters, digits, ".", "_" and
// "-" only, at most 100 bytes.
std::string NameOfPack(const ModelFiles& model, absl::string_view quantize);

}  // namespace tessera

#endif  // APP_PACK_NAME_H_
