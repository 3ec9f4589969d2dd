#include "runtime/tokenizer/unigram_model.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "base/utf8.h"

namespace tessera {
namespace {

constexpr double kUnknownPenalty = 10;

std::vector<ByteTrie::Entry> TextTokens(const Vocabulary& vocabulary) {
  std::vector<ByteTrie::Entry> entries;
  // Of equal texts the last counts.
  for (int32_t id = vocabulary.size() - 1; id >= 0; --id) {
    const TokenType type = vocabulary.Type(id);
    if (type == TokenType::kNormal || type == TokenType::kUserDefined ||
        type == TokenType::kUnused) {
      entries.emplace_back(vocabulary.Text(id), id);
    }
  }
  return entries;
}

}  // namespace

struct UnigramModel::Lattice : public WordModel::Scratch {
  // The best way to a place of the word.
  struct Node {
    double score;
    size_t begin;  // of its last token; kNone where no way leads
    int32_t id;    // of its last token; -1 if it is unknown
  };
  static constexpr size_t kNone = ~size_t{0};

  std::vector<Node> nodes;   // one more than bytes
  std::vector<size_t> path;  // ends of the tokens of the best way, last first
};

std::unique_ptr<WordModel> UnigramModel::Create(const TokenizerData& data,
                                                const Vocabulary& vocabulary) {
  return std::unique_ptr<WordModel>(new UnigramModel(data, vocabulary));
}

UnigramModel::UnigramModel(const TokenizerData& data,
                           const Vocabulary& vocabulary)
    : vocabulary_(vocabulary), trie_(TextTokens(vocabulary)) {
  double lowest = std::numeric_limits<double>::infinity();
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    lowest = std::min<double>(lowest, vocabulary.Score(id));
  }
  unknown_score_ = lowest - kUnknownPenalty;
  if (data.byte_fallback()) byte_tokens_ = ByteTokens::BySpelling(vocabulary);
}

std::unique_ptr<WordModel::Scratch> UnigramModel::NewScratch() const {
  return std::make_unique<Lattice>();
}

void UnigramModel::FindPaths(absl::string_view word, Lattice* lattice) const {
  auto& nodes = lattice->nodes;
  nodes.assign(word.size() + 1, {0, Lattice::kNone, -1});
  for (size_t begin = 0; begin < word.size();) {
    const absl::string_view rest = word.substr(begin);
    const size_t char_size = std::max<size_t>(Utf8CharSize(rest), 1);
    const double score = nodes[begin].score;
    bool has_char = false;
    const auto offer = [&](size_t size, int32_t id, double token_score) {
      Lattice::Node& node = nodes[begin + size];
      if (node.begin == Lattice::kNone || score + token_score > node.score) {
        node = {score + token_score, begin, id};
      }
    };
    trie_.ForEachPrefix(rest, [&](size_t size, int32_t id) {
      offer(size, id, vocabulary_.Score(id));
      if (size == char_size) has_char = true;
    });
    if (!has_char) offer(char_size, -1, unknown_score_);
    begin += char_size;
  }
}

void UnigramModel::AppendUnknown(absl::string_view text,
                                 std::vector<int32_t>* ids) const {
  if (const auto id = vocabulary_.Find(text)) {
    ids->push_back(*id);
    return;
  }
  if (byte_tokens_.has_value() && byte_tokens_->Append(text, ids)) return;
  if (vocabulary_.unknown().has_value()) ids->push_back(*vocabulary_.unknown());
}

void UnigramModel::Encode(absl::string_view word, Scratch* scratch,
                          std::vector<int32_t>* ids) const {
  Lattice& lattice = *static_cast<Lattice*>(scratch);
  FindPaths(word, &lattice);
  lattice.path.clear();
  for (size_t end = word.size(); end > 0; end = lattice.nodes[end].begin) {
    lattice.path.push_back(end);
  }
  size_t unknown = 0;  // where the unknown text that is not given yet starts
  size_t begin = 0;
  for (auto it = lattice.path.rbegin(); it != lattice.path.rend(); ++it) {
    const int32_t id = lattice.nodes[*it].id;
    // The unknown token, spelled out, is unknown text too.
    if (id >= 0 && id != vocabulary_.unknown()) {
      if (unknown < begin) {
        AppendUnknown(word.substr(unknown, begin - unknown), ids);
      }
      ids->push_back(id);
      unknown = *it;
    }
    begin = *it;
  }
  if (unknown < word.size()) AppendUnknown(word.substr(unknown), ids);
}

}  // namespace tessera
