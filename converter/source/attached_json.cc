#include "converter/source/attached_json.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace tessera {
namespace {

absl::StatusOr<std::string> Unpack(const PackedAttachment& packed) {
  const auto* stored = reinterpret_cast<const uint8_t*>(packed.stored.data());
  return ReadAttachment(AttachmentProto(packed, 0),
                        absl::MakeConstSpan(stored, packed.stored.size()));
}

}  // namespace

std::optional<JsonDocument> AttachedJson(
    absl::Span<const PackedAttachment> attachments, absl::string_view name) {
  for (const PackedAttachment& packed : attachments) {
    if (packed.name != name) continue;
    const absl::StatusOr<std::string> text = Unpack(packed);
    if (!text.ok()) return std::nullopt;
    absl::StatusOr<JsonDocument> document = JsonDocument::Parse(*text);
    if (!document.ok() || !document->root().is_object()) return std::nullopt;
    return *std::move(document);
  }
  return std::nullopt;
}

}  // namespace tessera
