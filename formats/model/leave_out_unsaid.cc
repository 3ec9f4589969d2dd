#include "formats/model/leave_out_unsaid.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/model/architecture.h"
#include "formats/model/gguf_config.h"

namespace tessera {
namespace {

constexpr absl::string_view kHeadSize[] = {"attention.key_length",
                                           "attention.value_length"};

GgufMetadata Without(absl::Span<const absl::string_view> names,
                     absl::string_view architecture,
                     const GgufMetadata& metadata) {
  GgufMetadata rest;
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    const bool left_out =
        std::any_of(names.begin(), names.end(), [&](absl::string_view name) {
          return entry.key == absl::StrCat(architecture, ".", name);
        });
    if (!left_out) rest.Append(entry.key, entry.value);
  }
  return rest;
}

// What readers make of the file, to compare; empty if they refuse it.
std::string Meaning(const GgufMetadata& metadata) {
  const auto model = ModelConfigFromGguf(metadata);
  return model.ok() ? model->SerializeAsString() : std::string();
}

// Leaves out all of `names`, or none.
void TryWithout(absl::Span<const absl::string_view> names,
                absl::string_view architecture, GgufMetadata* metadata) {
  GgufMetadata rest = Without(names, architecture, *metadata);
  if (rest.entries().size() == metadata->entries().size()) return;
  if (Meaning(rest) == Meaning(*metadata)) *metadata = std::move(rest);
}

}  // namespace

GgufMetadata LeaveOutUnsaid(GgufMetadata metadata, bool says_head_size) {
  const auto name = metadata.GetString(kArchitectureKey);
  if (!name.ok()) return metadata;
  const Architecture* architecture = FindArchitecture(*name);
  if (architecture == nullptr) return metadata;
  for (const absl::string_view& key : architecture->gguf_unsaid) {
    TryWithout(absl::MakeConstSpan(&key, 1), architecture->name, &metadata);
  }
  if (!says_head_size) TryWithout(kHeadSize, architecture->name, &metadata);
  return metadata;
}

}  // namespace tessera
