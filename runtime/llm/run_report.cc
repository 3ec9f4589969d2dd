#include "runtime/llm/run_report.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/counted.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

std::string PhaseLine(absl::string_view name, const RunReport::Phase& phase) {
  return absl::StrFormat(
      "%-9s %s, %.1f tokens/s", name,
      Counted(static_cast<uint64_t>(phase.tokens()), "token"),
      phase.tokens_per_second());
}

std::string Bytes(double bytes) {
  return HumanBytes(static_cast<uint64_t>(bytes));
}

std::string LoadLines(const RunReport::Load& load) {
  std::string text =
      absl::StrFormat("%-9s %.3f s, %s hot of %s", "load", load.open_seconds(),
                      Bytes(load.hot_bytes()), Bytes(load.mapped_bytes()));
  if (load.read_bytes() > 0) {
    absl::StrAppendFormat(&text, "; %s read in %.3f s, %.1f GB/s",
                          Bytes(load.read_bytes()), load.read_seconds(),
                          load.gigabytes_per_second());
    if (load.has_cached_share()) {
      absl::StrAppendFormat(&text, ", %.0f%% from the page cache",
                            std::floor(load.cached_share() * 100));
    }
  }
  if (load.streamed_bytes() > 0) {
    absl::StrAppend(&text, "; memory is short: ", Bytes(load.streamed_bytes()),
                    " are read again for every token");
  }
  if (load.private_bytes() > 0) absl::StrAppend(&text, "; a private copy");
  if (load.verified_bytes() > 0) {
    absl::StrAppend(&text, "; ", Bytes(load.verified_bytes()),
                    " match their hashes");
  }
  absl::StrAppend(&text, "\n");
  if (!load.numa().empty()) {
    absl::StrAppendFormat(&text, "%-9s %s\n", "numa", load.numa());
  }
  return text;
}

std::string PagesLines(const RunReport::Load& load) {
  const double huge = load.huge_bytes() + load.hugetlb_bytes();
  std::string text =
      absl::StrFormat("%-9s %s in pages of 2 MiB", "pages", Bytes(huge));
  if (load.asked_bytes() > 0) {
    // Never "100%" unless it is all.
    absl::StrAppendFormat(&text, " (%.0f%% of what was asked for)",
                          std::floor(load.huge_page_share() * 100));
  }
  if (load.hugetlb_bytes() > 0) {
    absl::StrAppend(&text, ", ", Bytes(load.hugetlb_bytes()),
                    " of them from the pool");
  }
  absl::StrAppendFormat(&text, ", %s in 4 KiB; %d minor faults, %d major\n",
                        Bytes(load.small_bytes()), load.minor_faults(),
                        load.major_faults());
  if (!load.why_not_huge().empty()) {
    absl::StrAppend(&text, "          not all huge: ", load.why_not_huge(),
                    "\n          what helps: ", load.how_to_repair(), "\n");
  }
  return text;
}

}  // namespace

absl::string_view StopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::kEndOfGeneration:
      return "end_of_generation";
    case StopReason::kLength:
      return "length";
    case StopReason::kContextFull:
      return "context_full";
    case StopReason::kStopped:
      return "stopped";
    case StopReason::kStopText:
      return "stop_text";
  }
  return "unknown";
}

RunReport::Load LoadProto(const LoadReport& report) {
  RunReport::Load load;
  load.set_huge_pages(std::string(WordOf(report.mode)));
  load.set_mapped_bytes(static_cast<double>(report.mapped_bytes));
  load.set_hot_bytes(static_cast<double>(report.hot_bytes));
  load.set_asked_bytes(static_cast<double>(report.asked_bytes));
  load.set_huge_bytes(static_cast<double>(report.huge_bytes));
  load.set_hugetlb_bytes(static_cast<double>(report.hugetlb_bytes));
  load.set_small_bytes(static_cast<double>(report.small_bytes));
  load.set_private_bytes(static_cast<double>(report.private_bytes));
  load.set_huge_page_share(report.huge_share());
  load.set_why_not_huge(report.why_not_huge);
  load.set_how_to_repair(report.how_to_repair);
  load.set_open_seconds(report.open_seconds);
  load.set_read_seconds(report.read_seconds);
  load.set_read_bytes(static_cast<double>(report.read_bytes));
  load.set_gigabytes_per_second(report.gigabytes_per_second());
  if (report.cached_share.has_value()) {
    load.set_cached_share(*report.cached_share);
  }
  load.set_streamed_bytes(static_cast<double>(report.streamed_bytes));
  load.set_verified_bytes(static_cast<double>(report.verified_bytes));
  load.set_minor_faults(static_cast<uint32_t>(report.minor_faults));
  load.set_major_faults(static_cast<uint32_t>(report.major_faults));
  return load;
}

RunReport::Phase PhaseProto(int64_t tokens, double seconds) {
  RunReport::Phase phase;
  phase.set_tokens(static_cast<uint32_t>(tokens));
  phase.set_seconds(seconds);
  phase.set_tokens_per_second(
      seconds > 0 ? static_cast<double>(tokens) / seconds : 0);
  return phase;
}

std::string ValidUtf8(absl::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t size = Utf8CharSize(text);
    absl::StrAppend(&result, size == 0 ? "\uFFFD" : text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

std::string ReportText(const RunReport& report) {
  std::string text =
      absl::StrCat(LoadLines(report.load()), PagesLines(report.load()));
  absl::StrAppendFormat(&text, "%-9s token %.3f s after loading began\n",
                        "first", report.first_token_seconds());
  absl::StrAppend(&text, PhaseLine("prompt", report.prefill()), "\n",
                  PhaseLine("generate", report.decode()));
  absl::StrAppendFormat(&text,
                        ", %s of weights per token, %.1f GB/s; stopped by %s\n",
                        Bytes(report.weight_bytes_per_token()),
                        report.decode_gigabytes_per_second(), report.stop());
  if (report.context_shifts() > 0) {
    absl::StrAppendFormat(
        &text, "%-9s full %s: the older half of the text was forgotten\n",
        "context", Counted(report.context_shifts(), "time"));
  }
  absl::StrAppendFormat(&text, "%-9s %s, %s, context of %s in %s, seed %d\n",
                        "setup", report.isa(),
                        Counted(report.threads(), "thread"),
                        Counted(report.ctx_size(), "token"),
                        Bytes(report.memory_bytes()), report.seed());
  return text;
}

absl::StatusOr<std::string> ReportJson(const RunReport& report) {
  return MessageAsJson(report, /*indented=*/false);
}

}  // namespace tessera
