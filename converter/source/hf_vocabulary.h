// The tokens of a Hugging Face tokenizer, numbered as Hugging Face numbers
// them.
#ifndef CONVERTER_SOURCE_HF_VOCABULARY_H_
#define CONVERTER_SOURCE_HF_VOCABULARY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/token_type.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// A token that is found in a text before anything else happens to it. The text
// must outlive the vocabulary.
struct HfAddedToken {
  absl::string_view text;
  bool special = false;
  uint8_t flags = 0;  // as TokenizerData.token_flags
};

// Texts must outlive it.
class HfVocabulary {
 public:
  // A token of the model. Of several with one text, the last has it.
  void Add(absl::string_view text, uint64_t id, double score = 0,
           TokenType type = TokenType::kNormal);

  // As Hugging Face adds one: a text that is a token already keeps its id; any
  // other gets the next free one, whatever the file says; a text that has been
  // added, and an empty one, are passed over.
  void AddToken(const HfAddedToken& token);

  std::optional<uint32_t> Find(absl::string_view text) const;

  // Gives "<0x00>" to "<0xFF>", where they are plain tokens, the type of bytes.
  void MarkBytes();

  // Appends tokens, types, flags and, if asked for, scores to `data`, by id;
  // exact scores too where floats do not hold them.
  // Ids that no token has, also those up to `vocab_size`, become tokens
  // "[PAD<id>]" of type unused. DataLoss if there are none at all, ids collide,
  // or would leave more than a million unused.
  absl::Status Store(uint64_t vocab_size, bool with_scores,
                     TokenizerData* data) const;

 private:
  struct Token {
    absl::string_view text;
    uint64_t id = 0;
    double score = 0;
    TokenType type = TokenType::kNormal;
    uint8_t flags = 0;
  };

  uint64_t NextFreeId() const;

  std::vector<Token> tokens_;
  absl::flat_hash_map<absl::string_view, size_t> by_text_;  // in tokens_
  absl::flat_hash_set<absl::string_view> added_;
  uint64_t model_size_ = 0;  // tokens of the model
  std::optional<uint64_t> last_added_id_;
};

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_VOCABULARY_H_
