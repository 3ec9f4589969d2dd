// The JSON files that an arena keeps of its Hugging Face folder.
#ifndef CONVERTER_SOURCE_ATTACHED_JSON_H_
#define CONVERTER_SOURCE_ATTACHED_JSON_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/attachment.h"
#include "formats/json/json_document.h"

namespace tessera {

// The file `name` of `attachments`, parsed. nullopt if there is none, or if it
// is no JSON object: files are kept whatever they hold.
std::optional<JsonDocument> AttachedJson(
    absl::Span<const PackedAttachment> attachments, absl::string_view name);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_ATTACHED_JSON_H_
