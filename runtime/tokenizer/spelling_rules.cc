#include "runtime/tokenizer/spelling_rules.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/byte_level.h"

namespace tessera {
namespace {

class PrefixSpaceRule : public SplitRule {
 public:
  void Split(const Piece& piece, SplitScratch* scratch,
             OnPiece on_piece) const override {
    if (absl::StartsWith(piece.text, " ")) return on_piece(piece);
    std::string& text = scratch->texts.emplace_back(" ");
    text.append(piece.text.data(), piece.text.size());
    on_piece({text, piece.starts_text});
  }
};

class MetaspaceRule : public SplitRule {
 public:
  explicit MetaspaceRule(const SplitStep::Metaspace& step)
      : replacement_(step.replacement()), scheme_(step.prepend_scheme()) {}

  void Split(const Piece& piece, SplitScratch* scratch,
             OnPiece on_piece) const override {
    const bool may_prepend =
        scheme_ == SplitStep::Metaspace::ALWAYS ||
        (scheme_ == SplitStep::Metaspace::FIRST && piece.starts_text);
    const bool prepend = may_prepend && !absl::StartsWith(piece.text, " ") &&
                         !absl::StartsWith(piece.text, replacement_);
    if (!prepend && piece.text.find(' ') == absl::string_view::npos) {
      return on_piece(piece);
    }
    std::string& text =
        scratch->texts.emplace_back(prepend ? replacement_ : std::string());
    for (const char c : piece.text) {
      if (c == ' ') {
        text += replacement_;
      } else {
        text += c;
      }
    }
    on_piece({text, piece.starts_text});
  }

 private:
  const std::string replacement_;
  const SplitStep::Metaspace::PrependScheme scheme_;
};

class ByteLevelRule : public SplitRule {
 public:
  void Split(const Piece& piece, SplitScratch* scratch,
             OnPiece on_piece) const override {
    std::string& text = scratch->texts.emplace_back();
    AppendByteLevel(piece.text, &text);
    on_piece({text, piece.starts_text});
  }
};

}  // namespace

std::unique_ptr<SplitRule> MakePrefixSpaceRule() {
  return std::make_unique<PrefixSpaceRule>();
}

std::unique_ptr<SplitRule> MakeMetaspaceRule(const SplitStep::Metaspace& step) {
  return std::make_unique<MetaspaceRule>(step);
}

std::unique_ptr<SplitRule> MakeByteLevelRule() {
  return std::make_unique<ByteLevelRule>();
}

}  // namespace tessera
