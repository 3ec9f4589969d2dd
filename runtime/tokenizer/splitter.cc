#include "runtime/tokenizer/splitter.h"

#include <cstddef>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace tessera {
namespace {

constexpr size_t kMaxSteps = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<Splitter>> Splitter::Create(
    absl::Span<const SplitStep* const> steps, bool leave_bytes) {
  if (steps.size() > kMaxSteps) {
    return absl::DataLossError("tokenizer: more than 64 pre-tokenizers");
  }
  std::unique_ptr<Splitter> splitter(new Splitter);
  for (const SplitStep* const step : steps) {
    TESSERA_RETURN_IF_ERROR(AppendSplitRules(*step, &splitter->rules_));
  }
  if (leave_bytes) splitter->rules_.pop_back();
  return splitter;
}

void Splitter::Split(absl::string_view text, bool starts_text,
                     SplitScratch* scratch,
                     absl::FunctionRef<void(absl::string_view)> on_word) const {
  if (text.empty()) return;
  scratch->is_utf8 = Utf8PrefixSize(text) == text.size();
  Apply(0, {text, starts_text}, scratch, on_word);
}

void Splitter::Apply(size_t rule, const Piece& piece, SplitScratch* scratch,
                     absl::FunctionRef<void(absl::string_view)> on_word) const {
  if (rule == rules_.size()) return on_word(piece.text);
  rules_[rule]->Split(piece, scratch, [&](const Piece& part) {
    Apply(rule + 1, part, scratch, on_word);
  });
}

}  // namespace tessera
