// What the layouts of a matrix gained, as records and rows of a report.
#ifndef BENCH_ADVISE_ADVICE_REPORT_H_
#define BENCH_ADVISE_ADVICE_REPORT_H_

#include <string>

#include "bench/advise/layout_advice.h"
#include "bench/advise/layout_turns.h"
#include "bench/bench_report.h"
#include "formats/layout/layout_profile.h"

namespace tessera {

// A report without records.
BenchReport EmptyAdviceReport(const ProfileMachine& machine);

// Adds a record for each of the gains.
void AddAdvice(const TurnMatrix& matrix, const LayoutAdvice& advice,
               const ProfileMachine& machine, BenchReport* report);

// "gemv interleaved 1.12x transposed (1.08 to 1.15)"
std::string AdviceText(const LayoutAdvice& advice);

}  // namespace tessera

#endif  // BENCH_ADVISE_ADVICE_REPORT_H_
