// The post-processor of a tokenizer.json: what stands around a text.
#ifndef CONVERTER_SOURCE_HF_POST_PROCESSOR_H_
#define CONVERTER_SOURCE_HF_POST_PROCESSOR_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/json/json_document.h"

namespace tessera {

// Ids before and behind a single text.
struct HfTemplate {
  std::vector<uint32_t> before;
  std::vector<uint32_t> after;
};

// Reads the member "post_processor" of `tokenizer`, the root of a
// tokenizer.json: TemplateProcessing, RobertaProcessing, BertProcessing,
// ByteLevel (which changes offsets only) and Sequence. Unimplemented, naming
// it, for any other, and for a template that has the text twice, or not;
// DataLoss for tokens without ids, and ids that are no numbers. Ids are not
// checked.
absl::StatusOr<HfTemplate> ReadHfPostProcessor(JsonValue tokenizer);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_POST_PROCESSOR_H_
