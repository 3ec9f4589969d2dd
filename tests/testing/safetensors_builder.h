// Safetensors files for tests: right ones by structure, wrong ones from text.
#ifndef TESTS_TESTING_SAFETENSORS_BUILDER_H_
#define TESTS_TESTING_SAFETENSORS_BUILDER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

// Length, `header` and `data` one after the other, whatever they say.
std::string JoinSafetensors(absl::string_view header, absl::string_view data);

struct TestSafetensor {
  std::string name;   // without characters that JSON escapes
  std::string dtype;  // "F32"
  std::vector<uint64_t> shape;
  std::string data;
};

// A file with `tensors` one after the other. It is valid if every tensor's data
// has the size of its shape. The header is padded to 8 bytes, as writers do.
std::string BuildSafetensors(
    const std::vector<TestSafetensor>& tensors,
    const std::map<std::string, std::string>& metadata = {});

// A model in several files.
struct TestSafetensorsShards {
  struct File {
    std::string name;  // model-00001-of-00003.safetensors
    std::string bytes;
  };
  std::vector<File> files;
  std::string index;  // of model.safetensors.index.json
};

// Deals `tensors` out to `shard_count` files, about equally many to each, in
// order.
TestSafetensorsShards BuildSafetensorsShards(
    const std::vector<TestSafetensor>& tensors, size_t shard_count);

}  // namespace tessera

#endif  // TESTS_TESTING_SAFETENSORS_BUILDER_H_
