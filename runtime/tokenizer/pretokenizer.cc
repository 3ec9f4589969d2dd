#include "runtime/tokenizer/pretokenizer.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/tokenizer/utf8.h"

namespace tessera {
namespace {

// White space as Unicode defines it (property White_Space), for use inside a
// character class. PCRE2's \s has U+180E in addition.
#define TESSERA_SPACE R"(\t-\r\x{85}\p{Z})"

// The expressions of the models' own tokenizer.json, with \s and \S written
// out.
constexpr char kGpt2[] =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+)"
    R"(| ?[^)" TESSERA_SPACE R"(\p{L}\p{N}]+)"
    R"(|[)" TESSERA_SPACE R"(]+(?![^)" TESSERA_SPACE R"(]))"
    R"(|[)" TESSERA_SPACE R"(]+)";

// Llama 3 and Qwen 2 differ only in how many digits go together.
#define TESSERA_LLAMA3(digits)                                       \
  R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" digits \
  R"(| ?[^)" TESSERA_SPACE R"(\p{L}\p{N}]+[\r\n]*)"                  \
  R"(|[)" TESSERA_SPACE R"(]*[\r\n]+)"                               \
  R"(|[)" TESSERA_SPACE R"(]+(?![^)" TESSERA_SPACE R"(]))"           \
  R"(|[)" TESSERA_SPACE R"(]+)"
constexpr char kLlama3[] = TESSERA_LLAMA3(R"(\p{N}{1,3})");
constexpr char kQwen2[] = TESSERA_LLAMA3(R"(\p{N})");

#undef TESSERA_LLAMA3
#undef TESSERA_SPACE

struct NamedExpression {
  absl::string_view name;
  absl::string_view expression;
};

// Names beyond the three are models whose expression is the same, as listed in
// llama.cpp's llama-vocab.cpp.
constexpr NamedExpression kExpressions[] = {
    {"gpt-2", kGpt2},       {"phi-2", kGpt2},
    {"roberta-bpe", kGpt2}, {"gigachat", kGpt2},
    {"mpt", kGpt2},         {"olmo", kGpt2},
    {"jais", kGpt2},        {"llama-bpe", kLlama3},
    {"llama3", kLlama3},    {"llama-v3", kLlama3},
    {"falcon3", kLlama3},   {"dbrx", kLlama3},
    {"smaug-bpe", kLlama3}, {"chatglm-bpe", kLlama3},
    {"qwen2", kQwen2},      {"deepseek-r1-qwen", kQwen2},
    {"stablelm2", kQwen2},  {"megrez", kQwen2},
};

absl::StatusOr<absl::string_view> FindExpression(absl::string_view name) {
  for (const NamedExpression& known : kExpressions) {
    if (known.name == name) return known.expression;
  }
  return absl::UnimplementedError(
      absl::StrCat("tokenizer: pre-tokenizer ", Quoted(name),
                   " is not supported; gpt-2, llama-bpe and qwen2 are"));
}

struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using MatchData = std::unique_ptr<pcre2_match_data, MatchDataDeleter>;

}  // namespace

struct Pretokenizer::Regex {
  explicit Regex(pcre2_code* compiled) : code(compiled) {}
  ~Regex() { pcre2_code_free(code); }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  // Finds the first match at or after `begin`; false if there is none or the
  // library gives up. `text` is UTF-8, and `begin` starts a character.
  bool Find(absl::string_view text, size_t begin,
            pcre2_match_data* data) const {
    const PCRE2_SPTR subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    int result = pcre2_match(code, subject, text.size(), begin,
                             PCRE2_NO_UTF_CHECK, data, nullptr);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
      result = pcre2_match(code, subject, text.size(), begin,
                           PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, nullptr);
    }
    return result > 0;
  }

  pcre2_code* code;
};

Pretokenizer::Pretokenizer(std::unique_ptr<Regex> regex)
    : regex_(std::move(regex)) {}

Pretokenizer::~Pretokenizer() = default;

absl::StatusOr<std::unique_ptr<Pretokenizer>> Pretokenizer::Create(
    absl::string_view name) {
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view expression,
                           FindExpression(name));
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(),
      PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr);
  if (code == nullptr) {
    char message[256] = "";
    pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message),
                            sizeof(message));
    return absl::InternalError(absl::StrCat(
        "tokenizer: pre-tokenizer ", name, ", offset ", offset, ": ", message));
  }
  // Where code may not be generated, PCRE2 interprets: slower, same matches.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  return std::unique_ptr<Pretokenizer>(
      new Pretokenizer(std::make_unique<Regex>(code)));
}

void Pretokenizer::Split(
    absl::string_view text,
    absl::FunctionRef<void(absl::string_view)> on_word) const {
  while (!text.empty()) {
    size_t size = 0;
    while (const size_t char_size = Utf8CharSize(text.substr(size))) {
      size += char_size;
    }
    if (size > 0) SplitUtf8(text.substr(0, size), on_word);
    text.remove_prefix(size);
    size = 0;
    while (size < text.size() && Utf8CharSize(text.substr(size)) == 0) ++size;
    if (size > 0) on_word(text.substr(0, size));
    text.remove_prefix(size);
  }
}

void Pretokenizer::SplitUtf8(
    absl::string_view text,
    absl::FunctionRef<void(absl::string_view)> on_word) const {
  const MatchData data(
      pcre2_match_data_create_from_pattern(regex_->code, nullptr));
  size_t begin = 0;
  while (begin < text.size() && data != nullptr &&
         regex_->Find(text, begin, data.get())) {
    const PCRE2_SIZE* match = pcre2_get_ovector_pointer(data.get());
    if (match[1] <= begin) break;  // an empty match would not advance
    if (match[0] > begin) on_word(text.substr(begin, match[0] - begin));
    on_word(text.substr(match[0], match[1] - match[0]));
    begin = match[1];
  }
  if (begin < text.size()) on_word(text.substr(begin));
}

}  // namespace tessera
