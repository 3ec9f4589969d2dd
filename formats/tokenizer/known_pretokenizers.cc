#include "formats/tokenizer/known_pretokenizers.h"

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"

namespace tessera {
namespace {

// Parts that many expressions share.
#define TESSERA_CONTRACTION \
  R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]))"
#define TESSERA_WORD R"([^\r\n\p{L}\p{N}]?\p{L}+)"
#define TESSERA_LINES R"(|\s*[\r\n]+)"
#define TESSERA_SPACES R"(|\s+(?!\S)|\s+)"
#define TESSERA_SYMBOLS R"(| ?[^\s\p{L}\p{N}]+[\r\n]*)"
#define TESSERA_WORDS(digits)          \
  TESSERA_CONTRACTION "|" TESSERA_WORD \
                      "|" digits TESSERA_SYMBOLS TESSERA_LINES TESSERA_SPACES

constexpr char kGpt2[] =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+)" TESSERA_SPACES;
constexpr char kLlama3[] = TESSERA_WORDS(R"(\p{N}{1,3})");
constexpr char kQwen2[] = TESSERA_WORDS(R"(\p{N})");
constexpr char kQwen35[] = TESSERA_CONTRACTION
    R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*)" TESSERA_LINES
        TESSERA_SPACES;
constexpr char kMiniCpm5[] = TESSERA_WORDS(R"(\p{N}+)");
constexpr char kNoContractions[] =
    TESSERA_WORD R"(|\p{N})" TESSERA_SYMBOLS TESSERA_LINES TESSERA_SPACES;
constexpr char kSeedCoder[] = TESSERA_CONTRACTION
    "|" TESSERA_WORD
    R"(|\p{N}| ?[^\s\p{L}\p{N}\r\n]+)" TESSERA_LINES TESSERA_SPACES;
constexpr char kBailing[] =
    R"('(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|)" TESSERA_WORD
    R"(|\p{N})" TESSERA_SYMBOLS R"(|\s*[\r\n])" TESSERA_SPACES;
constexpr char kExaoneMoe[] = TESSERA_CONTRACTION
    R"(|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n])" TESSERA_SPACES;
constexpr char kJais2[] = TESSERA_CONTRACTION
    "|" TESSERA_WORD R"(|\p{N}{1,3})" TESSERA_SYMBOLS TESSERA_LINES
    R"(|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S))"
    R"(|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1})";

// Words that end where a capital begins. llama.cpp knows capitals of ASCII
// only: any other letter is both large and small.
#define TESSERA_CASED(large, small, end)          \
  R"([^\r\n\p{L}\p{N}]?)" large "*" small "+" end \
  R"(|[^\r\n\p{L}\p{N}]?)" large "+" small "*" end
#define TESSERA_O200K(large, small, end, digits) \
  TESSERA_CASED(large, small, end)               \
  "|" digits R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*)" TESSERA_LINES TESSERA_SPACES
#define TESSERA_LARGE R"((?:(?=\p{L})[^a-z]))"
#define TESSERA_SMALL R"((?:(?=\p{L})[^A-Z]))"
#define TESSERA_MARKED R"([\p{L}\p{M}])"
constexpr char kTekken[] =
    TESSERA_O200K(TESSERA_LARGE, TESSERA_SMALL, "", R"(\p{N})");
constexpr char kGpt4o[] = TESSERA_O200K(
    TESSERA_LARGE, TESSERA_SMALL, TESSERA_CONTRACTION "?", R"(\p{N}{1,3})");
constexpr char kGranite[] = TESSERA_O200K(
    R"((?:(?=[\p{L}\p{M}])[^a-z]))", R"((?:(?=[\p{L}\p{M}])[^A-Z]))",
    TESSERA_CONTRACTION "?", R"(\p{N}{1,3})");
constexpr char kTinyAya[] = TESSERA_O200K(
    TESSERA_MARKED, TESSERA_MARKED, TESSERA_CONTRACTION "?", R"(\p{N}{1,3})");
constexpr char kYoutu[] = TESSERA_O200K(TESSERA_MARKED, TESSERA_MARKED,
                                        TESSERA_CONTRACTION "?", R"(\p{N})");
constexpr char kYoutuScripts[] =
    "[\uAC00-\uD7A3\u3131-\u318E]+"
    "|[\uFF01\u2026\u201C\u201D\u2018\u2019\u2014\uFF1A\uFF1B\uFF0C"
    "\u3001-\u303F\uFE30-\uFE4F]+"
    "|[\u3105-\u312F]+|[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";

// In threes from the right, with what stands before the first.
constexpr char kDigitsFromRight[] =
    R"(\P{N}*\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))|\P{N}+)";
constexpr char kKana[] = "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";
constexpr char kAsianScripts[] =
    "[\u4E00-\u9FFF\u3400-\u4DBF\u8C48-\uFAFF\u3040-\u309F\u30A0-\u30FF"
    "\uFF65-\uFF9F\u2F00-\u2FDF\u0E40-\u0E7F\u0E80-\u0EFF\u1780-\u17FF"
    "\u1000-\u109F\uAA60-\uAA7F\uA9E0-\uA9FF\uAC00-\uD7AF\u1100-\u11FF]+";
#define TESSERA_DEEPSEEK                               \
  R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+)" \
  R"(|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+)"
constexpr char kDeepseek3[] =
    TESSERA_DEEPSEEK R"([\r\n]*)" TESSERA_LINES TESSERA_SPACES;
constexpr char kSpark[] = TESSERA_DEEPSEEK R"(|[\r\n])" TESSERA_SPACES;
constexpr char kBloom[] =
    " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";
// Letters of Latin, Greek, Cyrillic, Armenian, Georgian, Cherokee, Glagolitic,
// Coptic, Deseret and the like.
constexpr char kDeepseekLetters[] =
    "\\s?[A-Za-z\u00B5"
    "\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293"
    "\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-"
    "\u038A"
    "\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556"
    "\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF"
    "\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D"
    "\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D"
    "\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3"
    "\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-"
    "\u2113"
    "\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139"
    "\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4"
    "\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-"
    "\uA787"
    "\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A"
    "\uFF41-\uFF5A\U00010400-\U0001044F\U000104B0-\U000104D3\U000104D8-"
    "\U000104FB"
    "\U00010C80-\U00010CB2\U00010CC0-\U00010CF2\U000118A0-\U000118DF"
    "\U0001E900-\U0001E943]+";
constexpr char kDeepseekSigns[] =
    "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3001\u3002]+";
// llama.cpp takes no white space for anything else, though ranges have some.
constexpr char kDeepseekHan[] =
    "(?:(?!\\s)[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF])+";
// Chinese characters, as llama.cpp lists them.
#define TESSERA_HAN                                                      \
  "\u4E00-\u9FFF\u3400-\u4DBF\U00020000-\U0002A6DF\U0002A700-\U0002EBEF" \
  "\uF900-\uFAFF\U0002F800-\U0002FA1F"
constexpr char kKimi[] =
    "[" TESSERA_HAN R"(]+|[^\r\n\p{L}\p{N}]?(?:(?![)" TESSERA_HAN
    R"(])\p{L})+)" TESSERA_CONTRACTION
    R"(?|\p{N}{1,3})" TESSERA_SYMBOLS TESSERA_LINES TESSERA_SPACES;

constexpr char kLineRuns[] = R"([^\n]+|\n+)";
constexpr char kDigit[] = R"(\p{N})";
constexpr char kDigits[] = R"(\p{N}+)";
constexpr char kThreeDigits[] = R"(\p{N}{1,3})";

std::vector<PretokenizerFamily> MakeFamilies() {
  constexpr PretokenizerFlags kLlama3Flags = {.ignore_merges = true,
                                              .add_bos = true};
  constexpr PretokenizerFlags kWholeWords = {.ignore_merges = true};
  constexpr PretokenizerFlags kGemma = {.add_bos = true, .byte_level = false};
  return {
      {{"gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es",
        "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "mpt", "olmo", "jais",
        "trillion", "granite-docling", "exaone4", "jina-v1-en", "jina-v2-code",
        "roberta-bpe"},
       {kGpt2}},
      {{"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral",
        "midm-2.0", "lfm2", "jina-v5-nano"},
       {kLlama3},
       kLlama3Flags},
      {{"dbrx", "smaug-bpe", "chatglm-bpe", "glm4"}, {kLlama3}},
      {{"qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2",
        "hunyuan", "solar-open", "grok-2"},
       {kQwen2}},
      {{"qwen35"}, {kQwen35}},
      {{"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone",
        "minerva-7b", "mellum2"},
       {kDigit, kGpt2}},
      {{"falcon"}, {R"([\p{P}\$\+<=>\^~\|`]+)", kGpt2, "[0-9][0-9][0-9]"}},
      {{"default"},
       {R"([\p{P}\$\+<=>\^~\|]+)", kGpt2, kDigits, "[0-9][0-9][0-9]"}},
      {{"deepseek-llm"},
       {R"([\r\n])", kDeepseekLetters, kDeepseekSigns, R"(\s+\z)", kDeepseekHan,
        kDigits}},
      {{"deepseek-coder"},
       {R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", kDeepseekHan, kDigit}},
      {{"deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"},
       {kThreeDigits, kKana, kDeepseek3}},
      {{"spark2_5"}, {kThreeDigits, kKana, kSpark, kDigit}},
      {{"youtu"}, {kYoutuScripts, kYoutu}, kWholeWords},
      {{"bloom", "poro-chat", "gpt3-finnish"}, {kBloom}},
      {{"viking"}, {kBloom, kDigit}},
      {{"tekken"}, {kTekken}, kLlama3Flags},
      {{"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"}, {kGpt4o}},
      {{"granite-embed-multi-97m"}, {kGranite}, kWholeWords},
      {{"tiny_aya", "cohere2moe"}, {kDigitsFromRight, kTinyAya}},
      {{"kimi-k2"}, {kKimi}},
      {{"superbpe"}, {kDigits, R"((?=(?:[0-9]{3})+(?![0-9])))"}},
      {{"bailingmoe", "bailingmoe2", "llada-moe"}, {kBailing}},
      {{"seed-coder"}, {kSeedCoder}},
      {{"ufakzeka"}, {kNoContractions}},
      {{"afmoe"}, {kDigitsFromRight, kAsianScripts, kDeepseek3}},
      {{"laguna"}, {kLineRuns, kQwen2}},
      {{"exaone-moe"}, {kExaoneMoe}},
      {{"jais-2"}, {kJais2}},
      {{"minicpm5"}, {kThreeDigits, kMiniCpm5}, kWholeWords},
      {{"chameleon"},
       {"<sentinel:[0-9]+>", "(?:IMGIMG)(?:(?:A|B|C|D|E|F|G|H|I){1,4})Z",
        R"([\t\n]|    |  )", kDigit, R"([\p{P}!-/:-@\[-`{-~])", kGpt2},
       {.add_bos = true}},
      {{"gemma4", "granite-embed-multi-311m"}, {kLineRuns}, kGemma},
      {{"sarvam-moe"}, {kLineRuns}, {.byte_level = false}},
  };
}

KnownPretokenizer StepsOf(const PretokenizerFamily& family) {
  KnownPretokenizer known;
  known.flags = family.flags;
  for (const absl::string_view expression : family.expressions) {
    SplitStep::Pattern* pattern = known.split.emplace_back().mutable_pattern();
    pattern->set_text(expression.data(), expression.size());
    pattern->set_is_regex(true);
  }
  if (family.flags.byte_level) {
    known.split.emplace_back().mutable_byte_level();
  } else {
    NormalizerStep::Replace* spaces =
        known.normalizer.emplace_back().mutable_replace();
    spaces->set_pattern(" ");
    spaces->set_content("\u2581");
  }
  return known;
}

using KnownByName =
    absl::flat_hash_map<absl::string_view, std::shared_ptr<KnownPretokenizer>>;

KnownByName* IndexFamilies() {
  auto* known = new KnownByName;
  for (const PretokenizerFamily& family : PretokenizerFamilies()) {
    const auto steps = std::make_shared<KnownPretokenizer>(StepsOf(family));
    for (const absl::string_view name : family.names) {
      known->emplace(name, steps);
    }
  }
  return known;
}

}  // namespace

absl::Span<const PretokenizerFamily> PretokenizerFamilies() {
  static const auto* const families =
      new std::vector<PretokenizerFamily>(MakeFamilies());
  return *families;
}

absl::StatusOr<const KnownPretokenizer*> FindKnownPretokenizer(
    absl::string_view name) {
  static const KnownByName* const known = IndexFamilies();
  const auto found = known->find(name.empty() ? "default" : name);
  if (found != known->end()) return found->second.get();
  return absl::UnimplementedError(
      absl::StrCat("tokenizer: pre-tokenizer ", Quoted(name), " is not known"));
}

}  // namespace tessera
