// What GGUF's names of pre-tokenizers (tokenizer.ggml.pre) stand for.
//
// GGUF holds no regular expressions: a name says how llama.cpp splits a text
// before it merges, and the ids of a GGUF file are those that llama.cpp gives.
// Its expressions are not always those of the model's own tokenizer.json.
// Source: llama.cpp, src/llama-vocab.cpp and src/unicode.cpp (September 2026).
#ifndef FORMATS_TOKENIZER_KNOWN_PRETOKENIZERS_H_
#define FORMATS_TOKENIZER_KNOWN_PRETOKENIZERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// What a name says beyond its expressions.
struct PretokenizerFlags {
  bool ignore_merges = false;  // a whole word that is a token is that token
  bool add_bos = false;        // where tokenizer.ggml.add_bos_token is missing
  // Tokens are spelled as bytes (runtime/tokenizer/byte_level.h). False: as
  // text, with U+2581 for a space and tokens "<0xNN>" for bytes.
  bool byte_level = true;
};

// One way of splitting, and all names that mean it.
struct PretokenizerFamily {
  std::vector<absl::string_view> names;
  // Each splits the pieces that the one before has left; matches and what lies
  // between them are the new pieces.
  std::vector<absl::string_view> expressions;
  PretokenizerFlags flags = {};
};

// All that are known. Names and expressions are literals.
absl::Span<const PretokenizerFamily> PretokenizerFamilies();

struct KnownPretokenizer {
  // Ends with ByteLevel, without its expression, where flags.byte_level.
  std::vector<SplitStep> split;
  std::vector<NormalizerStep> normalizer;
  PretokenizerFlags flags = {};
};

// The one that `name` stands for, which lives as long as the program. "" is
// "default", as in llama.cpp. Unimplemented, quoting the name, if it is not
// known. Thread-safe.
absl::StatusOr<const KnownPretokenizer*> FindKnownPretokenizer(
    absl::string_view name);

}  // namespace tessera

#endif  // FORMATS_TOKENIZER_KNOWN_PRETOKENIZERS_H_
