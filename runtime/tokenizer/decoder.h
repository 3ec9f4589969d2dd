// From the spellings of tokens to a text: a list of DecoderSteps.
#ifndef RUNTIME_TOKENIZER_DECODER_H_
#define RUNTIME_TOKENIZER_DECODER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"
#include "google/protobuf/repeated_field.h"
#include "runtime/tokenizer/regex.h"

namespace tessera {

// Gives what the decoders of the Rust library `tokenizers` give. Immutable
// after Create and thread-safe.
class Decoder {
 public:
  // DataLoss for a damaged step and for more than 64; Unimplemented for what is
  // not known or cannot be translated.
  static absl::StatusOr<std::unique_ptr<Decoder>> Create(
      const google::protobuf::RepeatedPtrField<DecoderStep>& steps);

  // The text of a whole sequence. Bytes that are no UTF-8 become U+FFFD.
  std::string DecodeAll(std::vector<std::string> tokens) const;

  // The bytes of one token in running text: as DecodeAll, but what belongs to
  // the ends of a sequence is left out (spaces to strip), and bytes stay.
  std::string DecodeOne(absl::string_view token) const;

 private:
  struct Rule {
    DecoderStep step;
    std::unique_ptr<Regex> regex;
    bool behind_fuse = false;  // all texts are one already
  };

  Decoder() = default;

  std::vector<Rule> rules_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_DECODER_H_
