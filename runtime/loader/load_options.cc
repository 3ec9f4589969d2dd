#include "runtime/loader/load_options.h"

#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/quoted.h"

namespace tessera {
namespace {

template <typename Value>
using Word = std::pair<absl::string_view, Value>;

constexpr Word<HugePages> kHugePagesWords[] = {
    {"auto", HugePages::kAuto}, {"file", HugePages::kFile},
    {"thp", HugePages::kThp},   {"hugetlb", HugePages::kHugetlb},
    {"off", HugePages::kOff},
};

constexpr Word<Populate> kPopulateWords[] = {
    {"ahead", Populate::kAhead},
    {"lazy", Populate::kLazy},
    {"hot", Populate::kHot},
    {"all", Populate::kAll},
};

constexpr Word<Verify> kVerifyWords[] = {
    {"none", Verify::kNone},
    {"lazy", Verify::kLazy},
    {"full", Verify::kFull},
};

template <typename Value, size_t kCount>
absl::StatusOr<Value> Find(const Word<Value> (&words)[kCount],
                           absl::string_view word) {
  for (const auto& [name, value] : words) {
    if (name == word) return value;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      Quoted(word), " is none of ",
      absl::StrJoin(words, ", ", [](std::string* out, const auto& known) {
        absl::StrAppend(out, known.first);
      })));
}

}  // namespace

absl::StatusOr<HugePages> HugePagesFromWord(absl::string_view word) {
  return Find(kHugePagesWords, word);
}

absl::StatusOr<Populate> PopulateFromWord(absl::string_view word) {
  return Find(kPopulateWords, word);
}

absl::StatusOr<Verify> VerifyFromWord(absl::string_view word) {
  return Find(kVerifyWords, word);
}

absl::string_view WordOf(HugePages huge_pages) {
  for (const auto& [name, value] : kHugePagesWords) {
    if (value == huge_pages) return name;
  }
  return "";
}

}  // namespace tessera
