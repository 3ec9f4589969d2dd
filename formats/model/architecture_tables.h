// The rows of AllArchitectures, by family.
#ifndef FORMATS_MODEL_ARCHITECTURE_TABLES_H_
#define FORMATS_MODEL_ARCHITECTURE_TABLES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/model/architecture.h"

namespace tessera {

// What the GGUF files of many do not say (gguf_unsaid).
inline constexpr absl::string_view kUnsaidVocabulary[] = {"vocab_size"};
inline constexpr absl::string_view kUnsaidRotation[] = {"rope.dimension_count"};
inline constexpr absl::string_view kUnsaidCounts[] = {"vocab_size",
                                                      "rope.dimension_count"};

// Dense models with RMS norms and gated feed-forwards.
absl::Span<const Architecture> GatedArchitectures();
// The same of Gemma's kind.
absl::Span<const Architecture> GemmaArchitectures();
// Dense models with LayerNorm.
absl::Span<const Architecture> LayerNormArchitectures();
// Mixtures of experts.
absl::Span<const Architecture> ExpertArchitectures();

}  // namespace tessera

#endif  // FORMATS_MODEL_ARCHITECTURE_TABLES_H_
