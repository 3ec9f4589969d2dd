#include "base/progress_bar.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/printable.h"

namespace tessera {
namespace {

constexpr int kBarColumns = 20;
constexpr size_t kLeastBarColumns = 70;  // narrower terminals have no bar
constexpr size_t kItemColumns = 60;
constexpr size_t kLeastItemColumns = 8;

}  // namespace

std::string ProgressBar(absl::string_view verb, double fraction,
                        absl::string_view numbers, absl::string_view item,
                        size_t columns) {
  // The last column stays empty: some terminals begin a line there.
  const size_t most = columns - std::min<size_t>(columns, 1);
  std::string line = absl::StrCat(verb, " ");
  if (most >= kLeastBarColumns) {
    const int filled = static_cast<int>(fraction * kBarColumns);
    absl::StrAppend(&line, "[", std::string(filled, '#'),
                    std::string(kBarColumns - filled, '.'), "] ");
  }
  absl::StrAppend(&line, numbers);
  if (most >= line.size() + kLeastItemColumns) {
    line += ShortPrintable(item, std::min(most - line.size(), kItemColumns));
  } else if (line.size() > most) {
    line.resize(most);
  }
  return line;
}

}  // namespace tessera
