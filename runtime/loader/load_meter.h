// Time and page faults of this process.
#ifndef RUNTIME_LOADER_LOAD_METER_H_
#define RUNTIME_LOADER_LOAD_METER_H_

#include <sys/resource.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "runtime/loader/load_report.h"

namespace tessera {

// Counts from its construction on.
class LoadMeter {
 public:
  LoadMeter() : start_(absl::Now()) { getrusage(RUSAGE_SELF, &usage_); }

  double seconds() const {
    return absl::ToDoubleSeconds(absl::Now() - start_);
  }

  void AddFaults(LoadReport& report) const {
    struct rusage now;
    getrusage(RUSAGE_SELF, &now);
    report.minor_faults = now.ru_minflt - usage_.ru_minflt;
    report.major_faults = now.ru_majflt - usage_.ru_majflt;
  }

 private:
  const absl::Time start_;
  struct rusage usage_;
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_LOAD_METER_H_
