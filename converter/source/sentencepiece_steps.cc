#include "converter/source/sentencepiece_steps.h"

namespace tessera {
namespace {

constexpr char kSpace[] = "\u2581";

}  // namespace

void AppendSentencepieceSteps(const SentencepieceNormalization& normalization,
                              TokenizerData* data) {
  if (!normalization.charsmap.empty()) {
    data->add_normalizer()->set_sentencepiece_charsmap(normalization.charsmap);
  }
  if (normalization.extra_spaces)
    data->add_normalizer()->set_extra_spaces(true);
  if (normalization.space_prefix) data->add_normalizer()->set_prepend(" ");
  NormalizerStep::Replace* spelled = data->add_normalizer()->mutable_replace();
  spelled->set_pattern(" ");
  spelled->set_content(kSpace);

  // Back: bytes are put together, and the space that was put in front is taken
  // away.
  DecoderStep::Replace* spaces = data->add_decoder()->mutable_replace();
  spaces->set_pattern(kSpace);
  spaces->set_content(" ");
  data->add_decoder()->set_byte_fallback(true);
  data->add_decoder()->set_fuse(true);
  if (!normalization.space_prefix) return;
  DecoderStep::Strip* strip = data->add_decoder()->mutable_strip();
  strip->set_content(" ");
  strip->set_start(1);
}

}  // namespace tessera
