// Progress of a long operation on stderr.
#ifndef BASE_PROGRESS_H_
#define BASE_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tessera {

// On a terminal, a bar with rate and time left that redraws itself and fits the
// width of the terminal; otherwise a plain line every two seconds. Silent if
// `quiet`. Not thread-safe.
class Progress {
 public:
  // `total_bytes` is the work to do; `verb` names it ("convert").
  Progress(absl::string_view verb, uint64_t total_bytes, bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `bytes` more are done; `item` is what is being worked on, a name of any
  // bytes.
  void Advance(uint64_t bytes, absl::string_view item);

 private:
  void Draw(absl::string_view item);

  const std::string verb_;
  const uint64_t total_;
  const bool quiet_;
  const bool terminal_;
  const absl::Time start_;
  uint64_t done_ = 0;
  absl::Time last_draw_;
};

// "1.5 GB", "640 kB", "12 B": decimal units.
std::string HumanBytes(uint64_t bytes);

// "45 s", "33 min", "1 h 20 min", "2 d 3 h": to the second below a minute and a
// half, then to the minute, and from two days on to the hour.
std::string HumanDuration(absl::Duration duration);

}  // namespace tessera

#endif  // BASE_PROGRESS_H_
