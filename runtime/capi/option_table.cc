#include "runtime/capi/option_table.h"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/byte_size.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "runtime/capi/boundary.h"

namespace tessera {
namespace {

constexpr int64_t kMaxThreads = 4096;
constexpr int64_t kMaxCtxSize = int64_t{1} << 26;
constexpr int64_t kMaxSequences = 1024;

absl::Status SetInteger(absl::string_view value, int64_t most, auto* field,
                        int64_t least = 0) {
  int64_t number;
  if (!absl::SimpleAtoi(value, &number) || number < least || number > most) {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(value), " is no number from ", least, " to ", most));
  }
  *field = static_cast<std::remove_pointer_t<decltype(field)>>(number);
  return absl::OkStatus();
}

absl::Status SetBool(absl::string_view value, bool* field) {
  if (value != "true" && value != "false") {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(value), " is none of true, false"));
  }
  *field = value == "true";
  return absl::OkStatus();
}

template <typename Value>
absl::Status SetWord(absl::StatusOr<Value> value, Value* field) {
  if (value.ok()) *field = *std::move(value);
  return value.status();
}

struct Option {
  const char* key;
  absl::Status (*set)(absl::string_view value, tessera_options& options);
};

// A new option is a line here and in tessera.h.
constexpr Option kOptions[] = {
    {"threads",
     [](absl::string_view value, tessera_options& options) {
       return SetInteger(value, kMaxThreads, &options.threads);
     }},
    {"ctx_size",
     [](absl::string_view value, tessera_options& options) {
       return SetInteger(value, kMaxCtxSize, &options.ctx_size);
     }},
    {"sequences",
     [](absl::string_view value, tessera_options& options) {
       return SetInteger(value, kMaxSequences, &options.sequences,
                         /*least=*/1);
     }},
    {"huge_pages",
     [](absl::string_view value, tessera_options& options) {
       return SetWord(HugePagesFromWord(value), &options.load.huge_pages);
     }},
    {"populate",
     [](absl::string_view value, tessera_options& options) {
       return SetWord(PopulateFromWord(value), &options.load.populate);
     }},
    {"verify",
     [](absl::string_view value, tessera_options& options) {
       return SetWord(VerifyFromWord(value), &options.load.verify);
     }},
    {"mlock",
     [](absl::string_view value, tessera_options& options) {
       return SetBool(value, &options.load.mlock);
     }},
    {"readers",
     [](absl::string_view value, tessera_options& options) {
       return SetInteger(value, kMaxReaders, &options.load.readers);
     }},
    {"max_memory",
     [](absl::string_view value, tessera_options& options) {
       return SetWord(ParseByteSize(value), &options.load.memory_bytes);
     }},
    {"numa",
     [](absl::string_view value, tessera_options& options) {
       return SetWord(NumaPolicyFromWord(value), &options.numa);
     }},
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
    return WithPath(absl::StrCat("option ", key), option.set(value, options));
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
