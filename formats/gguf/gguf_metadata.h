// The metadata of a GGUF file: keys and values, in the order of the file.
#ifndef FORMATS_GGUF_GGUF_METADATA_H_
#define FORMATS_GGUF_GGUF_METADATA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/gguf/gguf_value.h"

namespace tessera {

struct GgufMetadataEntry {
  std::string key;
  GgufValue value;
};

// Keys are unique. Reading from several threads is safe.
class GgufMetadata {
 public:
  // False, and nothing happens, if there is an entry with that key already.
  bool Append(absl::string_view key, GgufValue value);

  // Removes the entry with that key, if there is one. The others keep their
  // order. Takes time linear in the number of entries.
  void Remove(absl::string_view key);

  // Appends the entry, in place of one with that key.
  void SetLast(absl::string_view key, GgufValue value);

  absl::Span<const GgufMetadataEntry> entries() const { return entries_; }

  // The value, or nullptr. Valid until an entry is appended or removed.
  const GgufValue* Find(absl::string_view key) const;

  // The value of a key that must be there: NotFound if it is not, DataLoss if
  // its type does not convert (see GgufValue). Messages name the key.
  absl::StatusOr<absl::string_view> GetString(absl::string_view key) const;
  absl::StatusOr<bool> GetBool(absl::string_view key) const;
  absl::StatusOr<uint64_t> GetUint(absl::string_view key) const;
  absl::StatusOr<int64_t> GetInt(absl::string_view key) const;
  absl::StatusOr<double> GetFloat(absl::string_view key) const;
  absl::StatusOr<std::vector<absl::string_view>> GetStringArray(
      absl::string_view key) const;
  absl::StatusOr<std::vector<uint64_t>> GetUintArray(
      absl::string_view key) const;
  absl::StatusOr<std::vector<int64_t>> GetIntArray(absl::string_view key) const;
  absl::StatusOr<std::vector<float>> GetFloatArray(absl::string_view key) const;

  // What offsets of tensors are multiples of: general.alignment, or 32 if there
  // is no such key. DataLoss if it is no UINT32 or no power of two,
  // Unimplemented above kGgufMaxAlignment.
  absl::StatusOr<uint32_t> Alignment() const;

 private:
  std::vector<GgufMetadataEntry> entries_;
  absl::flat_hash_map<std::string, uint64_t> index_;
};

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_METADATA_H_
