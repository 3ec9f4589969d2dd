#include "runtime/capi/option_table.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/capi/boundary.h"

namespace tessera {
namespace {

constexpr int64_t kMaxThreads = 4096;
constexpr int64_t kMaxCtxSize = int64_t{1} << 26;

// False for a value that is not allowed.
using Setter = bool (*)(absl::string_view value, tessera_options& options);

struct Option {
  const char* key;
  const char* allowed;
  Setter set;
};

bool ParseInteger(absl::string_view value, int64_t most, int64_t* result) {
  return absl::SimpleAtoi(value, result) && *result >= 0 && *result <= most;
}

bool SetThreads(absl::string_view value, tessera_options& options) {
  int64_t threads;
  if (!ParseInteger(value, kMaxThreads, &threads)) return false;
  options.threads = static_cast<int>(threads);
  return true;
}

bool SetCtxSize(absl::string_view value, tessera_options& options) {
  int64_t ctx_size;
  if (!ParseInteger(value, kMaxCtxSize, &ctx_size)) return false;
  options.ctx_size = ctx_size;
  return true;
}

bool SetHugePages(absl::string_view value, tessera_options& options) {
  if (value != "auto" && value != "off") return false;
  options.load.huge_pages =
      value == "auto" ? HugePages::kAuto : HugePages::kOff;
  return true;
}

bool SetPopulate(absl::string_view value, tessera_options& options) {
  if (value != "true" && value != "false") return false;
  options.load.populate = value == "true";
  return true;
}

// A new option is a line here and in tessera.h.
constexpr Option kOptions[] = {
    {"threads", "0 (one per CPU) to 4096", SetThreads},
    {"ctx_size", "0 (the model's) to 67108864", SetCtxSize},
    {"huge_pages", "auto or off", SetHugePages},
    {"populate", "true or false", SetPopulate},
};

std::string KnownKeys() {
  std::string keys;
  for (const Option& option : kOptions) {
    absl::StrAppend(&keys, keys.empty() ? "" : ", ", option.key);
  }
  return keys;
}

}  // namespace

tessera_options OptionsOrDefault(const tessera_options* options) {
  return options == nullptr ? tessera_options() : *options;
}

absl::Status SetOption(absl::string_view key, absl::string_view value,
                       tessera_options& options) {
  for (const Option& option : kOptions) {
    if (key != option.key) continue;
    if (option.set(value, options)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "option ", key, " is ", Quoted(value), ", expected ", option.allowed));
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown option ", Quoted(key),
                                                 "; known are ", KnownKeys()));
}

}  // namespace tessera

tessera_status tessera_options_new(tessera_options** options,
                                   tessera_error* error) {
  return tessera::AtBoundary(error, {{"options", options}}, [&] {
    *options = new tessera_options();
    return absl::OkStatus();
  });
}

void tessera_options_free(tessera_options* options) { delete options; }

tessera_status tessera_options_set(tessera_options* options, const char* key,
                                   const char* value, tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"options", options}, {"key", key}, {"value", value}},
      [&] { return tessera::SetOption(key, value, *options); });
}
