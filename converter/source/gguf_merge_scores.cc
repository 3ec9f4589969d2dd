#include "converter/source/gguf_merge_scores.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

constexpr uint32_t kNever = std::numeric_limits<uint32_t>::max();

bool BeginsCharacter(char byte) { return (byte & 0xC0) != 0x80; }

size_t FirstCharacterSize(absl::string_view text) {
  size_t size = 1;
  while (size < text.size() && !BeginsCharacter(text[size])) ++size;
  return size;
}

// "aaa": one character, several times.
bool IsRun(absl::string_view text) {
  const size_t size = FirstCharacterSize(text);
  for (size_t at = size; at < text.size(); at += size) {
    if (text.substr(at, size) != text.substr(0, size)) return false;
  }
  return true;
}

class Scorer {
 public:
  explicit Scorer(const TokenizerData& tokenizer);

  MergeScores Score();

 private:
  // The ranks of the merges that make a token.
  struct Ranks {
    uint32_t first = kNever;
    uint32_t last = 0;
    uint32_t count = 0;
  };
  using Pair = std::pair<uint32_t, uint32_t>;

  void FindRanks();
  void OrderTokens();
  uint64_t CountInterleaved() const;
  uint64_t CountMissing() const;

  const TokenizerData& tokenizer_;
  std::vector<absl::string_view> tokens_;
  absl::flat_hash_map<absl::string_view, uint32_t> ids_;
  absl::flat_hash_map<Pair, uint32_t> rank_of_;
  std::vector<Ranks> ranks_;    // by token
  std::vector<uint32_t> made_;  // tokens that merges make, in their order
};

Scorer::Scorer(const TokenizerData& tokenizer) : tokenizer_(tokenizer) {
  absl::string_view rest(tokenizer.token_text());
  tokens_.reserve(tokenizer.token_length_size());
  for (const uint32_t length : tokenizer.token_length()) {
    ids_[rest.substr(0, length)] = static_cast<uint32_t>(tokens_.size());
    tokens_.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  ranks_.resize(tokens_.size());
}

void Scorer::FindRanks() {
  std::string text;
  for (int rank = 0; rank < tokenizer_.merge_left_size(); ++rank) {
    const uint32_t left = tokenizer_.merge_left(rank);
    const uint32_t right = tokenizer_.merge_right(rank);
    rank_of_.emplace(Pair(left, right), rank);
    text = absl::StrCat(tokens_[left], tokens_[right]);
    const auto made = ids_.find(text);
    if (made == ids_.end()) continue;
    Ranks& ranks = ranks_[made->second];
    ranks.first = std::min(ranks.first, static_cast<uint32_t>(rank));
    ranks.last = static_cast<uint32_t>(rank);
    ++ranks.count;
  }
}

void Scorer::OrderTokens() {
  for (uint32_t id = 0; id < ranks_.size(); ++id) {
    if (ranks_[id].count > 0) made_.push_back(id);
  }
  std::sort(made_.begin(), made_.end(), [&](uint32_t a, uint32_t b) {
    return ranks_[a].first < ranks_[b].first;
  });
}

// Merges of a token that stand between those of others. Runs of one character
// (spaces, ends of lines) may, if longer ones come first: both ways then make
// the longest run, from the left.
uint64_t Scorer::CountInterleaved() const {
  uint64_t count = 0;
  absl::flat_hash_map<absl::string_view, size_t> shortest;  // by character
  for (const uint32_t id : made_) {
    const absl::string_view text = tokens_[id];
    const bool together =
        ranks_[id].last - ranks_[id].first + 1 == ranks_[id].count;
    if (!IsRun(text)) {
      if (!together) ++count;
      continue;
    }
    size_t& least =
        shortest.emplace(text.substr(0, FirstCharacterSize(text)), kNever)
            .first->second;
    if (!together && text.size() > least) ++count;
    least = std::min(least, text.size());
  }
  return count;
}

// Divisions of tokens into two parts that can stand beside each other, but are
// no merge: such a reader would join them.
uint64_t Scorer::CountMissing() const {
  uint64_t count = 0;
  const auto can_stand = [&](absl::string_view part) {
    const size_t size = FirstCharacterSize(part);
    if (size == part.size()) return true;
    const auto id = ids_.find(part);
    return id != ids_.end() && ranks_[id->second].count > 0;
  };
  for (const absl::string_view token : tokens_) {
    for (size_t at = 1; at < token.size(); ++at) {
      if (!BeginsCharacter(token[at])) continue;
      const absl::string_view left = token.substr(0, at);
      const absl::string_view right = token.substr(at);
      if (!can_stand(left) || !can_stand(right)) continue;
      const auto left_id = ids_.find(left);
      const auto right_id = ids_.find(right);
      if (left_id == ids_.end() || right_id == ids_.end() ||
          !rank_of_.contains(Pair(left_id->second, right_id->second))) {
        ++count;
      }
    }
  }
  return count;
}

MergeScores Scorer::Score() {
  FindRanks();
  OrderTokens();
  MergeScores result;
  result.scores.assign(tokens_.size(), -static_cast<float>(made_.size()) - 1);
  for (size_t i = 0; i < made_.size(); ++i) {
    result.scores[made_[i]] = -static_cast<float>(i);
  }
  result.differing = CountInterleaved() + CountMissing();
  return result;
}

}  // namespace

MergeScores ScoresOfMerges(const TokenizerData& tokenizer) {
  return Scorer(tokenizer).Score();
}

}  // namespace tessera
