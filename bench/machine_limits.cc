#include "bench/machine_limits.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <vector>

#include "absl/strings/str_format.h"
#include "bench/statistics.h"
#include "bench/stopwatch.h"

namespace tessera {
namespace {

constexpr int kReadRuns = 5;
constexpr int kMultiplyRuns = 5;
// The hardware's own prefetcher alone, and with help.
constexpr int64_t kPrefetchBytes[] = {0, 1024, 1792, 4096, 16384};
constexpr int kStreams[] = {1, 2, 4};
constexpr int64_t kReadGrain = 4 * 1024;  // of LimitLoops::read, 4 streams
constexpr int kFinalists = 4;

// The loops of instruction sets up to `isa` that this machine supports, the
// best one last.
std::vector<LimitLoops> LoopsUpTo(Isa isa) {
  struct Entry {
    absl::string_view isa;
    LimitLoops loops;
  };
#define TESSERA_LIMIT_LOOPS_ENTRY(name)                           \
  {#name,                                                         \
   {limit_loops::name::Read, limit_loops::name::MultiplyIntegers, \
    limit_loops::name::MultiplyFloats}},
  static constexpr Entry kEntries[] = {
      TESSERA_FOR_EACH_LIMIT_LOOPS(TESSERA_LIMIT_LOOPS_ENTRY)};
  std::vector<LimitLoops> loops;
  for (const Isa candidate : SupportedIsas()) {
    if (candidate > isa) break;
    const auto* entry = std::find_if(
        std::begin(kEntries), std::end(kEntries),
        [&](const Entry& e) { return e.isa == IsaName(candidate); });
    if (entry != std::end(kEntries)) loops.push_back(entry->loops);
  }
  return loops;
}

std::vector<ReadWay> ReadWays() {
  std::vector<ReadWay> ways;
  for (const int streams : kStreams) {
    for (const int64_t prefetch : kPrefetchBytes) {
      ways.push_back({streams, prefetch, false});
      if (prefetch != 0) ways.push_back({streams, prefetch, true});
    }
  }
  return ways;
}

// What multiplies bfloat16 fastest up to `isa`, or null.
int64_t (*BfloatLoop(Isa isa))(int64_t) {
  if (isa >= Isa::kAmx) return limit_loops::amx::MultiplyBfloats;
  if (isa >= Isa::kAvx512Vnni && __builtin_cpu_supports("avx512bf16")) {
    return limit_loops::avx512bf16::MultiplyBfloats;
  }
  return nullptr;
}

// A result that nobody reads would let the compiler leave out the loop.
std::atomic<uint64_t> unread_result{0};

}  // namespace

MachineLimits Middle(const MachineLimits& a, const MachineLimits& b) {
  return {
      (a.read_bytes + b.read_bytes) / 2, (a.integer_macs + b.integer_macs) / 2,
      (a.float_macs + b.float_macs) / 2, (a.bfloat_macs + b.bfloat_macs) / 2};
}

double Drift(const MachineLimits& before, const MachineLimits& after) {
  const auto change = [](double a, double b) {
    return a == 0 ? 0 : std::abs(b / a - 1);
  };
  return std::max({change(before.read_bytes, after.read_bytes),
                   change(before.integer_macs, after.integer_macs),
                   change(before.float_macs, after.float_macs),
                   change(before.bfloat_macs, after.bfloat_macs)});
}

std::string LimitsText(const MachineLimits& limits) {
  return absl::StrFormat(
      "read %.1f GB/s; G multiply-adds/s: integers %.0f, float32 %.0f, "
      "bfloat16 %.0f",
      limits.read_bytes * 1e-9, limits.integer_macs * 1e-9,
      limits.float_macs * 1e-9, limits.bfloat_macs * 1e-9);
}

LimitMeter::LimitMeter(ThreadPool& pool, const ColdBuffer& memory, Isa isa,
                       double seconds)
    : pool_(pool),
      memory_(memory),
      seconds_(seconds),
      loops_(LoopsUpTo(isa).back()),
      multiply_bfloats_(BfloatLoop(isa)) {}

MachineLimits LimitMeter::Measure() {
  MachineLimits limits;
  limits.read_bytes = ReadRate();
  limits.integer_macs = MultiplyRate(loops_.multiply_integers);
  limits.float_macs = MultiplyRate(loops_.multiply_floats);
  limits.bfloat_macs = limits.float_macs;
  if (multiply_bfloats_ != nullptr) {
    limits.bfloat_macs =
        std::max(limits.bfloat_macs, MultiplyRate(multiply_bfloats_));
  }
  return limits;
}

double LimitMeter::ReadRate() {
  double best = 0;
  for (int i = 0; i < kReadRuns; ++i) best = std::max(best, SampleRead());
  return best;
}

double LimitMeter::SampleRead() {
  if (reader_.read == nullptr) ChooseReader();
  return static_cast<double>(memory_.size()) / ReadSeconds(reader_);
}

void LimitMeter::ChooseReader() {
  struct Candidate {
    Reader reader;
    double seconds;
  };
  std::vector<Candidate> candidates;
  const std::vector<LimitLoops> loops = LoopsUpTo(SupportedIsas().back());
  for (size_t i = 0; i < loops.size(); ++i) {
    // Scalar loads are slower than any vector's.
    if (i == 0 && loops.size() > 1) continue;
    for (const ReadWay& way : ReadWays()) {
      const Reader reader = {loops[i].read, way};
      candidates.push_back({reader, ReadSeconds(reader)});
    }
  }
  const auto faster = [](const Candidate& a, const Candidate& b) {
    return a.seconds < b.seconds;
  };
  std::sort(candidates.begin(), candidates.end(), faster);
  // One measurement is luck.
  candidates.resize(std::min<size_t>(candidates.size(), kFinalists));
  for (Candidate& candidate : candidates) {
    std::vector<double> seconds;
    for (int i = 0; i < kReadRuns; ++i) {
      seconds.push_back(ReadSeconds(candidate.reader));
    }
    candidate.seconds = SpreadOf(std::move(seconds)).median;
  }
  reader_ =
      std::min_element(candidates.begin(), candidates.end(), faster)->reader;
}

double LimitMeter::ReadSeconds(const Reader& reader) {
  const int64_t share = static_cast<int64_t>(memory_.size()) / pool_.size() /
                        kReadGrain * kReadGrain;
  const Stopwatch stopwatch(pool_.size());
  pool_.Run([&](int thread) {
    unread_result.fetch_xor(
        reader.read(memory_.data() + thread * share, share, reader.way));
  });
  return stopwatch.Seconds();
}

double LimitMeter::SampleMultiply(MacKind kind) {
  switch (kind) {
    case MacKind::kInteger:
      return MultiplyOnce(loops_.multiply_integers, seconds_);
    case MacKind::kFloat:
      return MultiplyOnce(loops_.multiply_floats, seconds_);
    case MacKind::kBfloat:
      break;
  }
  const double floats = MultiplyOnce(loops_.multiply_floats, seconds_);
  return multiply_bfloats_ == nullptr
             ? floats
             : std::max(floats, MultiplyOnce(multiply_bfloats_, seconds_));
}

double LimitMeter::MultiplyRate(int64_t (*loop)(int64_t)) {
  double best = 0;
  for (int i = 0; i < kMultiplyRuns; ++i) {
    best = std::max(best, MultiplyOnce(loop, seconds_));
  }
  return best;
}

double LimitMeter::MultiplyOnce(int64_t (*loop)(int64_t), double seconds) {
  // As many rounds as take about `seconds`.
  int64_t rounds = 100;
  for (double taken = 0; taken < seconds / 10; rounds *= 2) {
    const Stopwatch stopwatch(1);
    loop(rounds);
    taken = stopwatch.Seconds();
  }
  rounds *= 5;
  std::atomic<int64_t> macs{0};
  const Stopwatch stopwatch(pool_.size());
  pool_.Run([&](int) { macs.fetch_add(loop(rounds)); });
  return static_cast<double>(macs.load()) / stopwatch.Seconds();
}

}  // namespace tessera
