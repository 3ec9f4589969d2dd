// GGUF files for tests: right ones by structure, wrong ones field by field.
#ifndef TESTS_TESTING_GGUF_BUILDER_H_
#define TESTS_TESTING_GGUF_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/dtype/dtype.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

struct TestGgufTensor {
  std::string name;
  DType type;
  std::vector<uint64_t> shape;  // outermost dimension first
  std::string data;             // missing bytes are zeros
};

// The bytes of a valid file. Fails the running test, and returns nothing
// useful, if the writer refuses.
std::string BuildGguf(const GgufMetadata& metadata,
                      const std::vector<TestGgufTensor>& tensors);

// Appends fields one by one, without asking whether they make sense.
class GgufBuilder {
 public:
  // A number as it lies in memory.
  template <typename T>
  GgufBuilder& Number(T value) {
    return Bytes(absl::string_view(reinterpret_cast<const char*>(&value),
                                   sizeof(value)));
  }
  GgufBuilder& Bytes(absl::string_view bytes);
  // A string as GGUF stores it: length, then bytes.
  GgufBuilder& Text(absl::string_view text);

  // Magic, version and counts.
  GgufBuilder& Header(uint64_t tensor_count, uint64_t entry_count,
                      uint32_t version = kGgufNewestVersion);
  // Key and type number of a metadata entry; its value must follow.
  GgufBuilder& Key(absl::string_view key, uint32_t type);
  // A whole entry.
  GgufBuilder& Entry(absl::string_view key, const GgufValue& value);
  // Type number and count of an array; its elements must follow.
  GgufBuilder& ArrayHeader(uint32_t type, uint64_t count);
  // One tensor info. `ne` is as stored, innermost first; `offset` is within the
  // data section.
  GgufBuilder& Tensor(absl::string_view name, absl::Span<const uint64_t> ne,
                      uint32_t type, uint64_t offset);
  // Zeros up to a multiple of `alignment`.
  GgufBuilder& PadTo(uint64_t alignment);
  // `size` bytes 0, 1, 2, ..., 255, 0, ...
  GgufBuilder& Data(uint64_t size);

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace tessera

#endif  // TESTS_TESTING_GGUF_BUILDER_H_
