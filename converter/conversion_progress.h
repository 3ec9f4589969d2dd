// Progress of a conversion: on stderr, or for a program that calls it.
#ifndef CONVERTER_CONVERSION_PROGRESS_H_
#define CONVERTER_CONVERSION_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/progress.h"

namespace tessera {

// Called by the thread that converts, with bytes done so far, those to do in
// all, and the tensor that is being worked on. An error ends the conversion,
// which returns it and leaves nothing behind.
using ProgressFn = std::function<absl::Status(uint64_t done, uint64_t total,
                                              absl::string_view tensor)>;

// Not thread-safe.
class ConversionProgress {
 public:
  // Draws on stderr if `fn` is null, unless `quiet`; `verb` and `total_bytes`
  // are Progress's (base/progress.h).
  ConversionProgress(absl::string_view verb, uint64_t total_bytes, bool quiet,
                     ProgressFn fn)
      : total_(total_bytes), fn_(std::move(fn)) {
    if (fn_ == nullptr) drawn_.emplace(verb, total_bytes, quiet);
  }

  // So many more bytes are done.
  absl::Status Advance(uint64_t bytes, absl::string_view tensor) {
    done_ += bytes;
    if (fn_ != nullptr) return fn_(done_, total_, tensor);
    drawn_->Advance(bytes, tensor);
    return absl::OkStatus();
  }

 private:
  const uint64_t total_;
  const ProgressFn fn_;
  std::optional<Progress> drawn_;
  uint64_t done_ = 0;
};

}  // namespace tessera

#endif  // CONVERTER_CONVERSION_PROGRESS_H_
