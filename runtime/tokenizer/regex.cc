#include "runtime/tokenizer/regex.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "runtime/tokenizer/regex_translation.h"

namespace tessera {
namespace {

constexpr size_t kMaxExpression = size_t{1} << 20;
// Of one search from one place. A word of a megabyte takes a few million; only
// expressions that are made to need more do, for which there is no match.
constexpr uint32_t kMostSteps = 20'000'000;
constexpr size_t kFirstJitStack = size_t{1} << 17;
constexpr size_t kMaxJitStack = size_t{1} << 26;

template <typename T, void (*kFree)(T*)>
struct Deleter {
  void operator()(T* object) const { kFree(object); }
};
template <typename T, void (*kFree)(T*)>
using Owned = std::unique_ptr<T, Deleter<T, kFree>>;

PCRE2_SPTR Subject(absl::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

std::string MessageOf(int error) {
  char message[256] = "";
  pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message),
                          sizeof(message));
  return message;
}

}  // namespace

struct Regex::Code {
  Owned<pcre2_code, pcre2_code_free> compiled;
  bool jit = false;
};

struct Regex::Scratch::State {
  // One pair of offsets, of the whole match: groups are not asked for.
  Owned<pcre2_match_data, pcre2_match_data_free> match{
      pcre2_match_data_create(1, nullptr)};
  Owned<pcre2_match_context, pcre2_match_context_free> limits{
      pcre2_match_context_create(nullptr)};
  Owned<pcre2_jit_stack, pcre2_jit_stack_free> stack;
};

Regex::Scratch::Scratch() : state_(std::make_unique<State>()) {
  if (state_->limits != nullptr) {
    pcre2_set_match_limit(state_->limits.get(), kMostSteps);
    pcre2_set_depth_limit(state_->limits.get(), kMostSteps);
  }
}

Regex::Scratch::~Scratch() = default;

Regex::Regex(std::unique_ptr<Code> code) : code_(std::move(code)) {}

Regex::~Regex() = default;

absl::StatusOr<std::unique_ptr<Regex>> Regex::Create(
    absl::string_view expression) {
  const auto error_prefix = [&] {
    return absl::StrCat("regular expression ", Quoted(expression), ": ");
  };
  if (expression.size() > kMaxExpression) {
    return absl::DataLossError(error_prefix() + "longer than 1 MiB");
  }
  const absl::StatusOr<std::string> translated = TranslateOniguruma(expression);
  if (!translated.ok()) {
    return absl::Status(
        translated.status().code(),
        error_prefix() + std::string(translated.status().message()));
  }
  Owned<pcre2_compile_context, pcre2_compile_context_free> options(
      pcre2_compile_context_create(nullptr));
  if (options == nullptr) {
    return absl::ResourceExhaustedError("no memory for a regular expression");
  }
  pcre2_set_newline(options.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto code = std::make_unique<Code>();
  code->compiled.reset(pcre2_compile(
      Subject(*translated), translated->size(),
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error,
      &offset, options.get()));
  if (code->compiled == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat(error_prefix(), MessageOf(error), " (PCRE2)"));
  }
  // Where code may not be generated, PCRE2 interprets: slower, same matches.
  code->jit = pcre2_jit_compile(code->compiled.get(), PCRE2_JIT_COMPLETE) == 0;
  return std::unique_ptr<Regex>(new Regex(std::move(code)));
}

bool Regex::Find(absl::string_view text, size_t begin, Scratch* scratch,
                 size_t* match_begin, size_t* match_end) const {
  Scratch::State& state = *scratch->state_;
  const pcre2_code* code = code_->compiled.get();
  pcre2_match_data* match = state.match.get();
  if (match == nullptr) return false;
  int result = PCRE2_ERROR_JIT_STACKLIMIT;
  if (code_->jit) {
    result = pcre2_jit_match(code, Subject(text), text.size(), begin, 0, match,
                             state.limits.get());
    if (result == PCRE2_ERROR_JIT_STACKLIMIT && state.stack == nullptr &&
        state.limits != nullptr) {
      state.stack.reset(
          pcre2_jit_stack_create(kFirstJitStack, kMaxJitStack, nullptr));
      pcre2_jit_stack_assign(state.limits.get(), nullptr, state.stack.get());
      result = pcre2_jit_match(code, Subject(text), text.size(), begin, 0,
                               match, state.limits.get());
    }
  }
  if (result < 0 && result != PCRE2_ERROR_NOMATCH &&
      result != PCRE2_ERROR_MATCHLIMIT) {
    result = pcre2_match(code, Subject(text), text.size(), begin,
                         PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, match,
                         state.limits.get());
  }
  if (result < 0) return false;
  const PCRE2_SIZE* found = pcre2_get_ovector_pointer(match);
  *match_begin = found[0];
  *match_end = std::max(found[0], found[1]);
  return true;
}

void Regex::ForEachMatch(
    absl::string_view text, Scratch* scratch,
    absl::FunctionRef<void(size_t, size_t)> on_match) const {
  constexpr size_t kNone = ~size_t{0};
  size_t position = 0;
  size_t last_end = kNone;
  size_t begin = 0;
  size_t end = 0;
  while (position <= text.size() &&
         Find(text, position, scratch, &begin, &end)) {
    if (begin == end && end == last_end) {
      position += std::max<size_t>(Utf8CharSize(text.substr(position)), 1);
      continue;
    }
    on_match(begin, end);
    position = end;
    last_end = end;
  }
}

}  // namespace tessera
