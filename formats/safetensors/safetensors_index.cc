#include "formats/safetensors/safetensors_index.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_document.h"

namespace tessera {
namespace {

constexpr absl::string_view kWeightMap = "weight_map";

absl::Status Named(absl::string_view name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(name, " ", status.message()));
}

// True for a name that, appended to a folder, stays in it.
bool IsPlainFileName(absl::string_view name) {
  constexpr absl::string_view kForbidden("/\\\0", 3);
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(kForbidden) == absl::string_view::npos;
}

absl::Status ReadWeightMap(JsonValue value, SafetensorsIndex* index) {
  const auto members = JsonMembers(value);
  if (!members.ok()) return Named(kWeightMap, members.status());
  if (members->empty()) {
    return absl::DataLossError(absl::StrCat(kWeightMap, " has no tensor"));
  }
  for (const JsonMember& member : *members) {
    const absl::StatusOr<absl::string_view> shard = JsonString(member.value);
    if (!shard.ok()) {
      return Named(absl::StrCat(kWeightMap, " member ", Quoted(member.key)),
                   shard.status());
    }
    if (!IsPlainFileName(*shard)) {
      return absl::DataLossError(absl::StrCat(
          kWeightMap, " member ", Quoted(member.key), " is ", Quoted(*shard),
          ", expected the name of a file without folders"));
    }
    index->entries.push_back({std::string(member.key), std::string(*shard)});
    index->shards.emplace_back(*shard);
  }
  std::sort(index->shards.begin(), index->shards.end());
  index->shards.erase(std::unique(index->shards.begin(), index->shards.end()),
                      index->shards.end());
  return absl::OkStatus();
}

absl::Status ReadMetadata(JsonValue value, SafetensorsIndex* index) {
  const auto members = JsonMembers(value);
  if (!members.ok()) return Named("metadata", members.status());
  for (const JsonMember& member : *members) {
    if (member.key != "total_size") continue;
    const absl::StatusOr<uint64_t> size = JsonUint(member.value);
    if (size.ok()) index->total_size = *size;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SafetensorsIndex> ParseSafetensorsIndex(absl::string_view text) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text);
  if (!document.ok()) return Named("index", document.status());
  const auto members = JsonMembers(document->root());
  if (!members.ok()) return Named("index", members.status());
  SafetensorsIndex index;
  bool has_weight_map = false;
  for (const JsonMember& member : *members) {
    if (member.key == kWeightMap) {
      has_weight_map = true;
      TESSERA_RETURN_IF_ERROR(ReadWeightMap(member.value, &index));
    } else if (member.key == "metadata") {
      TESSERA_RETURN_IF_ERROR(ReadMetadata(member.value, &index));
    }
  }
  if (!has_weight_map) {
    return absl::DataLossError(
        absl::StrCat("index has no member '", kWeightMap, "'"));
  }
  return index;
}

}  // namespace tessera
