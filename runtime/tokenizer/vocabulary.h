// The tokens of a tokenizer: texts, types, scores, and what single ids are for.
#ifndef RUNTIME_TOKENIZER_VOCABULARY_H_
#define RUNTIME_TOKENIZER_VOCABULARY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/token_type.h"
#include "formats/arena/tokenizer.pb.h"
#include "google/protobuf/repeated_field.h"

namespace tessera {

// Immutable after Create and thread-safe. All texts are one buffer, and the
// index holds ids, not texts: about 20 bytes per token beside the texts.
class Vocabulary {
 public:
  // Copies what it needs. DataLoss if lengths, types, scores or ids contradict
  // each other.
  static absl::StatusOr<std::unique_ptr<Vocabulary>> Create(
      const TokenizerData& data);

  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  int32_t size() const { return static_cast<int32_t>(begin_.size()) - 1; }
  bool Contains(int32_t id) const { return id >= 0 && id < size(); }

  // Of an id that the vocabulary contains.
  absl::string_view Text(int32_t id) const {
    return absl::string_view(text_.data() + begin_[id],
                             begin_[id + 1] - begin_[id]);
  }
  TokenType Type(int32_t id) const {
    return type_.empty() ? TokenType::kNormal
                         : static_cast<TokenType>(type_[id]);
  }
  double Score(int32_t id) const { return score_[id]; }

  // The token that plain text `text` can become, or nullopt. Never a control or
  // unknown token, nor a SentencePiece byte token, however they are spelled.
  // Of several with the same text, the lowest id.
  std::optional<int32_t> Find(absl::string_view text) const;

  // A token spelled `text`, whatever its type; a plain one if there is one.
  std::optional<int32_t> FindSpelling(absl::string_view text) const;

  size_t longest_text() const { return longest_text_; }

  // What Encode puts before and behind a text, if anything.
  const std::vector<int32_t>& begin_of_text() const { return begin_of_text_; }
  const std::vector<int32_t>& end_of_text() const { return end_of_text_; }
  std::optional<int32_t> unknown() const { return unknown_; }

  // True for any id that ends a generation; false for ids out of range.
  bool IsEndOfGeneration(int32_t id) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(absl::string_view text) const;
    size_t operator()(uint32_t id) const;
    const Vocabulary* vocabulary = nullptr;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(uint32_t a, uint32_t b) const;
    bool operator()(uint32_t a, absl::string_view b) const;
    const Vocabulary* vocabulary = nullptr;
  };

  Vocabulary() = default;

  absl::Status CopyTexts(const TokenizerData& data);
  absl::Status CopyTypesAndScores(const TokenizerData& data);
  absl::Status CopyRoles(const TokenizerData& data);
  // Replaces *result by `ids`, if there are any.
  absl::Status CopyTemplate(
      absl::string_view role,
      const google::protobuf::RepeatedField<uint32_t>& ids,
      std::vector<int32_t>* result);
  void BuildIndex();

  bool IsText(int32_t id) const;

  std::string text_;
  std::vector<uint32_t> begin_;  // into text_; one more than tokens
  std::string type_;             // a TokenType per token, or empty
  std::vector<double> score_;    // one per token, or empty
  size_t longest_text_ = 0;
  bool byte_tokens_are_text_ = false;
  absl::flat_hash_set<uint32_t, Hash, Equal> index_;

  std::vector<int32_t> begin_of_text_;
  std::vector<int32_t> end_of_text_;
  std::optional<int32_t> unknown_;
  std::vector<int32_t> end_of_generation_;  // sorted
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_VOCABULARY_H_
