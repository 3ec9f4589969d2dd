#include "tests/testing/safetensors_builder.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/checked_math.h"

namespace tessera {

std::string JoinSafetensors(absl::string_view header, absl::string_view data) {
  const uint64_t size = header.size();
  return absl::StrCat(
      absl::string_view(reinterpret_cast<const char*>(&size), sizeof(size)),
      header, data);
}

std::string BuildSafetensors(
    const std::vector<TestSafetensor>& tensors,
    const std::map<std::string, std::string>& metadata) {
  std::vector<std::string> members;
  if (!metadata.empty()) {
    members.push_back(absl::StrCat(
        "\"__metadata__\":{",
        absl::StrJoin(metadata, ",",
                      [](std::string* out, const auto& member) {
                        absl::StrAppend(out, "\"", member.first, "\":\"",
                                        member.second, "\"");
                      }),
        "}"));
  }
  std::string data;
  for (const TestSafetensor& tensor : tensors) {
    const size_t start = data.size();
    data += tensor.data;
    members.push_back(
        absl::StrCat("\"", tensor.name, "\":{\"dtype\":\"", tensor.dtype,
                     "\",\"shape\":[", absl::StrJoin(tensor.shape, ","),
                     "],\"data_offsets\":[", start, ",", data.size(), "]}"));
  }
  std::string header = absl::StrCat("{", absl::StrJoin(members, ","), "}");
  header.resize(RoundUp(header.size(), 8), ' ');
  return JoinSafetensors(header, data);
}

TestSafetensorsShards BuildSafetensorsShards(
    const std::vector<TestSafetensor>& tensors, size_t shard_count) {
  TestSafetensorsShards shards;
  std::vector<std::string> weight_map;
  uint64_t total_size = 0;
  for (size_t shard = 0; shard < shard_count; ++shard) {
    const auto first = tensors.begin() + tensors.size() * shard / shard_count;
    const auto last =
        tensors.begin() + tensors.size() * (shard + 1) / shard_count;
    const std::string name = absl::StrFormat("model-%05d-of-%05d.safetensors",
                                             shard + 1, shard_count);
    for (auto tensor = first; tensor != last; ++tensor) {
      total_size += tensor->data.size();
      weight_map.push_back(
          absl::StrCat("\"", tensor->name, "\":\"", name, "\""));
    }
    shards.files.push_back({name, BuildSafetensors({first, last})});
  }
  shards.index =
      absl::StrCat("{\"metadata\":{\"total_size\":", total_size,
                   "},\"weight_map\":{", absl::StrJoin(weight_map, ","), "}}");
  return shards;
}

}  // namespace tessera
