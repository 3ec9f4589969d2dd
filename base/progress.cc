#include "base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/printable.h"

namespace tessera {
namespace {

constexpr int kBarColumns = 24;
constexpr size_t kMostItemBytes = 80;
constexpr absl::Duration kRedraw = absl::Milliseconds(100);
// Between two lines of a log; work that is done sooner prints none.
constexpr absl::Duration kLogInterval = absl::Seconds(2);

}  // namespace

std::string HumanBytes(uint64_t bytes) {
  if (bytes < 1000) return absl::StrFormat("%d B", bytes);
  const char* units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  int unit = 0;
  while (value >= 999.95 && unit < 5) {
    value /= 1000;
    ++unit;
  }
  return absl::StrFormat("%.*f %s", value < 10 ? 2 : 1, value, units[unit]);
}

Progress::Progress(absl::string_view verb, uint64_t total_bytes, bool quiet)
    : verb_(verb),
      total_(std::max<uint64_t>(total_bytes, 1)),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(absl::Now()),
      last_draw_(terminal_ ? absl::InfinitePast() : start_) {}

Progress::~Progress() {
  if (!quiet_ && terminal_) std::fputs("\r\033[K", stderr);
}

void Progress::Advance(uint64_t bytes, absl::string_view item) {
  done_ += bytes;
  if (!quiet_) Draw(ShortPrintable(item, kMostItemBytes));
}

void Progress::Draw(absl::string_view item) {
  const double fraction =
      std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const absl::Time now = absl::Now();
  const double seconds = absl::ToDoubleSeconds(now - start_);
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  if (!terminal_) {
    if (now - last_draw_ < kLogInterval) return;
    last_draw_ = now;
    absl::FPrintF(stderr, "%s: %3.0f%%  %s of %s  %s/s  %s\n", verb_,
                  fraction * 100, HumanBytes(done_), HumanBytes(total_),
                  HumanBytes(static_cast<uint64_t>(rate)), item);
    return;
  }
  if (now - last_draw_ < kRedraw && done_ < total_) return;
  last_draw_ = now;
  const int filled = static_cast<int>(fraction * kBarColumns);
  const double left =
      rate > 0 ? static_cast<double>(total_ - std::min(done_, total_)) / rate
               : 0;
  absl::FPrintF(stderr, "\r\033[K%s [%s%s] %3.0f%%  %s/s  ETA %.0f s  %s",
                verb_, std::string(filled, '#'),
                std::string(kBarColumns - filled, '.'), fraction * 100,
                HumanBytes(static_cast<uint64_t>(rate)), left, item);
  std::fflush(stderr);
}

}  // namespace tessera
