#include "formats/gguf/gguf_metadata.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_encoding.h"

namespace tessera {
namespace {

// Calls a getter of GgufValue for the value of `key`.
template <typename T>
absl::StatusOr<T> Get(const GgufMetadata& metadata, absl::string_view key,
                      absl::StatusOr<T> (GgufValue::*getter)() const) {
  const GgufValue* value = metadata.Find(key);
  if (value == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("metadata key ", Quoted(key), " is missing"));
  }
  absl::StatusOr<T> result = (value->*getter)();
  if (result.ok()) return result;
  return absl::Status(result.status().code(),
                      absl::StrCat("metadata key ", Quoted(key), ": ",
                                   result.status().message()));
}

}  // namespace

bool GgufMetadata::Append(absl::string_view key, GgufValue value) {
  if (!index_.try_emplace(key, entries_.size()).second) return false;
  entries_.push_back({std::string(key), std::move(value)});
  return true;
}

void GgufMetadata::Remove(absl::string_view key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return;
  const uint64_t place = found->second;
  index_.erase(found);
  entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(place));
  for (auto& [other, index] : index_) {
    if (index > place) --index;
  }
}

void GgufMetadata::SetLast(absl::string_view key, GgufValue value) {
  Remove(key);
  Append(key, std::move(value));
}

const GgufValue* GgufMetadata::Find(absl::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second].value;
}

absl::StatusOr<absl::string_view> GgufMetadata::GetString(
    absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetString);
}
absl::StatusOr<bool> GgufMetadata::GetBool(absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetBool);
}
absl::StatusOr<uint64_t> GgufMetadata::GetUint(absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetUint);
}
absl::StatusOr<int64_t> GgufMetadata::GetInt(absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetInt);
}
absl::StatusOr<double> GgufMetadata::GetFloat(absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetFloat);
}
absl::StatusOr<std::vector<absl::string_view>> GgufMetadata::GetStringArray(
    absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetStringArray);
}
absl::StatusOr<std::vector<uint64_t>> GgufMetadata::GetUintArray(
    absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetUintArray);
}
absl::StatusOr<std::vector<int64_t>> GgufMetadata::GetIntArray(
    absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetIntArray);
}
absl::StatusOr<std::vector<float>> GgufMetadata::GetFloatArray(
    absl::string_view key) const {
  return Get(*this, key, &GgufValue::GetFloatArray);
}

absl::StatusOr<uint32_t> GgufMetadata::Alignment() const {
  const GgufValue* value = Find(kGgufAlignmentKey);
  if (value == nullptr) return kGgufDefaultAlignment;
  if (value->type() != GgufType::kUint32) {
    return absl::DataLossError(
        absl::StrCat("metadata key ", Quoted(kGgufAlignmentKey), ": ",
                     GgufTypeName(value->type()), ", expected UINT32"));
  }
  TESSERA_ASSIGN_OR_RETURN(const uint64_t alignment, value->GetUint());
  if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
    return absl::DataLossError(
        absl::StrCat("metadata key ", Quoted(kGgufAlignmentKey), ": ",
                     alignment, ", expected a power of two"));
  }
  if (alignment > kGgufMaxAlignment) {
    return absl::UnimplementedError(
        absl::StrCat("metadata key ", Quoted(kGgufAlignmentKey), ": ",
                     alignment, ", expected at most ", kGgufMaxAlignment));
  }
  return static_cast<uint32_t>(alignment);
}

}  // namespace tessera
