// What people hear who ask for a longer context than the model knows.
#ifndef RUNTIME_LLM_CONTEXT_WARNING_H_
#define RUNTIME_LLM_CONTEXT_WARNING_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/counted.h"
#include "runtime/model/decoder.h"

namespace tessera {

// A sentence if --ctx_size, as given, goes beyond what the model of `decoder`
// was trained with; else "".
inline std::string ContextWarning(int64_t ctx_size, const Decoder& decoder) {
  const int64_t trained = decoder.trained_positions();
  if (ctx_size <= trained) return "";
  return absl::StrCat("--ctx_size ", ctx_size, " is more than the ",
                      Counted(static_cast<uint64_t>(trained), "token"),
                      " that the model was trained with; text beyond them may "
                      "get worse");
}

}  // namespace tessera

#endif  // RUNTIME_LLM_CONTEXT_WARNING_H_
