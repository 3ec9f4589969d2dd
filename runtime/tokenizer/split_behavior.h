// What becomes of matches when a piece of text is split.
#ifndef RUNTIME_TOKENIZER_SPLIT_BEHAVIOR_H_
#define RUNTIME_TOKENIZER_SPLIT_BEHAVIOR_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// A part of a text on its way to the model.
struct Piece {
  absl::string_view text;
  bool starts_text = false;  // its first character is the first of the text
};

using OnPiece = absl::FunctionRef<void(const Piece&)>;

// Takes the parts of a piece in order, each a match or what lies between two,
// and gives the pieces that `behavior` makes of them, as `split` of the Rust
// library does. Parts may be empty; pieces are not.
class BehaviorSplitter {
 public:
  // Refers to on_piece, which must outlive it.
  BehaviorSplitter(SplitStep::Behavior behavior, const Piece& piece,
                   OnPiece on_piece)
      : behavior_(behavior), piece_(piece), on_piece_(on_piece) {}

  // The part [begin, end) of the piece.
  void Add(size_t begin, size_t end, bool is_match) {
    if (behavior_ == SplitStep::ISOLATED) return Give(begin, end);
    if (behavior_ == SplitStep::REMOVED) {
      if (!is_match) Give(begin, end);
      return;
    }
    if (has_held_ && Joins(is_match)) {
      held_end_ = end;
    } else {
      Finish();
      held_begin_ = begin;
      held_end_ = end;
      has_held_ = true;
    }
    last_is_match_ = is_match;
  }

  // After the last part.
  void Finish() {
    if (has_held_) Give(held_begin_, held_end_);
    has_held_ = false;
  }

 private:
  // Whether a part is joined to the one before it.
  bool Joins(bool is_match) const {
    switch (behavior_) {
      case SplitStep::CONTIGUOUS:
        return is_match == last_is_match_;
      case SplitStep::MERGED_WITH_PREVIOUS:
        return is_match && !last_is_match_;
      default:  // MERGED_WITH_NEXT
        return !is_match && last_is_match_;
    }
  }

  void Give(size_t begin, size_t end) {
    if (begin == end) return;
    on_piece_({piece_.text.substr(begin, end - begin),
               piece_.starts_text && begin == 0});
  }

  const SplitStep::Behavior behavior_;
  const Piece& piece_;
  OnPiece on_piece_;
  bool has_held_ = false;  // a part that the next may join
  bool last_is_match_ = false;
  size_t held_begin_ = 0;
  size_t held_end_ = 0;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_SPLIT_BEHAVIOR_H_
