#include "base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/printable.h"
#include "base/progress_bar.h"

namespace tessera {
namespace {

constexpr double kLeastSeconds = 1;  // before a time left is told
constexpr absl::Duration kRedraw = absl::Milliseconds(100);
// Between two lines of a log; work that is done sooner prints none.
constexpr absl::Duration kLogInterval = absl::Seconds(2);
// Of the name of what is being worked on.
constexpr size_t kItemColumns = 60;

size_t TerminalColumns() {
  constexpr size_t kUsual = 80;
  winsize size;
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col > 1 ? size.ws_col : kUsual;
}

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

std::string HumanDuration(absl::Duration duration) {
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  if (duration < absl::ZeroDuration()) duration = absl::ZeroDuration();
  // Rounded to what is shown, so that no "60 min" can come out.
  const auto rounded = [&](int64_t unit) {
    const absl::Duration half = absl::Seconds(unit) / 2;
    return absl::ToInt64Seconds(duration + half) / unit * unit;
  };
  int64_t seconds = rounded(1);
  if (seconds < 90) return absl::StrCat(seconds, " s");
  seconds = rounded(kMinute);
  const auto with_rest = [&](int64_t unit, absl::string_view name,
                             int64_t rest_unit, absl::string_view rest_name) {
    const int64_t rest = seconds % unit / rest_unit;
    return absl::StrCat(
        seconds / unit, " ", name,
        rest == 0 ? "" : absl::StrCat(" ", rest, " ", rest_name));
  };
  if (seconds < kHour) return absl::StrCat(seconds / kMinute, " min");
  if (seconds < 2 * kDay) return with_rest(kHour, "h", kMinute, "min");
  seconds = rounded(kHour);
  return with_rest(kDay, "d", kHour, "h");
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
  if (!quiet_) Draw(item);
}

void Progress::Draw(absl::string_view item) {
  const absl::Time now = absl::Now();
  if (terminal_ ? now - last_draw_ < kRedraw && done_ < total_
                : now - last_draw_ < kLogInterval) {
    return;
  }
  last_draw_ = now;
  const uint64_t done = std::min(done_, total_);
  const double fraction =
      static_cast<double>(done) / static_cast<double>(total_);
  const double seconds = absl::ToDoubleSeconds(now - start_);
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  // The first moments tell nothing of the rest.
  std::string left;
  if (seconds >= kLeastSeconds && rate > 0) {
    left =
        absl::StrCat("  ETA ", HumanDuration(absl::Seconds(
                                   static_cast<double>(total_ - done) / rate)));
  }
  const std::string numbers =
      absl::StrFormat("%3.0f%%  %s/s%s  ", fraction * 100,
                      HumanBytes(static_cast<uint64_t>(rate)), left);
  if (!terminal_) {
    absl::FPrintF(stderr, "%s: %s of %s: %s%s\n", verb_, HumanBytes(done),
                  HumanBytes(total_), numbers,
                  ShortPrintable(item, kItemColumns));
    return;
  }
  const std::string line =
      ProgressBar(verb_, fraction, numbers, item, TerminalColumns());
  absl::FPrintF(stderr, "\r\033[K%s", line);
  std::fflush(stderr);
}

}  // namespace tessera
