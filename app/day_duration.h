// A time span as a flag: "30d".
#ifndef APP_DAY_DURATION_H_
#define APP_DAY_DURATION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tessera {

// "30d", "12h", "90m", "45s", "1.5d", or "0".
struct DayDuration {
  absl::Duration duration;
};

bool AbslParseFlag(absl::string_view text, DayDuration* flag,
                   std::string* error);
std::string AbslUnparseFlag(const DayDuration& flag);

}  // namespace tessera

#endif  // APP_DAY_DURATION_H_
