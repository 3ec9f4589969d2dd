// Text to token ids and back.
#ifndef RUNTIME_TOKENIZER_TOKENIZER_H_
#define RUNTIME_TOKENIZER_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// Bytes [begin, end) of a text.
struct TextRange {
  size_t begin = 0;
  size_t end = 0;
};

// Immutable after Create and thread-safe.
class Tokenizer {
 public:
  struct EncodeOptions {
    bool add_special = true;  // begin and end of text, as the model wants them
    bool parse_special = true;  // "<|eot|>" in the text becomes its token
    // Sorted and disjoint: what users wrote. No control token is matched that
    // has a byte in them, even if parse_special, nor one that the model's chat
    // template spells as "<...>" or "[...]". Must outlive the call.
    absl::Span<const TextRange> plain = {};
  };

  // Builds the tokenizer that `data` describes; keeps no reference to it.
  // DataLoss if `data` contradicts itself (lengths, ids out of range);
  // Unimplemented, naming it, for a pre-tokenizer or a regular expression that
  // is not known.
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Create(
      const TokenizerData& data);

  virtual ~Tokenizer() = default;

  // Token ids of `text`, any bytes (invalid UTF-8 is encoded byte by byte).
  virtual std::vector<int32_t> Encode(absl::string_view text,
                                      const EncodeOptions& options) const = 0;

  // The bytes that `id` stands for in running text, possibly part of a UTF-8
  // character. Control tokens and ids out of range give "".
  virtual std::string Decode(int32_t id) const = 0;

  // The text of a whole sequence, as Hugging Face's decoder gives it: without
  // the space that was put in front. Where the source had a decoder, U+FFFD
  // stands for bytes that are no UTF-8. Control tokens are left out if
  // `skip_special`, else spelled; ids out of range are left out.
  virtual std::string DecodeAll(absl::Span<const int32_t> ids,
                                bool skip_special) const = 0;

  // The token as the vocabulary spells it; for display. Ids out of range: "".
  virtual absl::string_view Spelling(int32_t id) const = 0;

  virtual int32_t size() const = 0;

  // True for ids that end a generation.
  virtual bool IsEndOfGeneration(int32_t id) const = 0;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_TOKENIZER_H_
