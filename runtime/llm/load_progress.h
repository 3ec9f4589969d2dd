// Progress of loading on stderr.
#ifndef RUNTIME_LLM_LOAD_PROGRESS_H_
#define RUNTIME_LLM_LOAD_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/progress.h"

namespace tessera {

// Shows how much of an arena has been read, until it is told to stop.
// Thread-safe.
class LoadProgress {
 public:
  LoadProgress(std::string path, bool quiet)
      : path_(std::move(path)), stopped_(quiet) {}

  // A LoadOptions::on_read.
  void Show(uint64_t done, uint64_t total) {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    if (!progress_.has_value()) progress_.emplace("load", total, false);
    if (done > shown_) {
      progress_->Advance(done - shown_, path_);
      shown_ = done;
    }
  }

  // Says a warning, whether quiet or not. The bar makes room for it.
  void Warn(absl::string_view warning) {
    absl::MutexLock lock(&mutex_);
    progress_.reset();
    shown_ = 0;
    absl::FPrintF(stderr, "warning: %s: %s\n", path_, warning);
  }

  // Takes the bar off the terminal: from now on text comes.
  void Stop() {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    progress_.reset();
  }

 private:
  const std::string path_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_);
  uint64_t shown_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Progress> progress_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tessera

#endif  // RUNTIME_LLM_LOAD_PROGRESS_H_
