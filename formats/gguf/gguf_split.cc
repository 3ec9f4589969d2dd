#include "formats/gguf/gguf_split.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::string_view kNumberKey = "split.no";
constexpr absl::string_view kCountKey = "split.count";
constexpr absl::string_view kTensorCountKey = "split.tensors.count";

// Takes five digits off the end of `text`.
bool ConsumeNumber(absl::string_view* text, uint32_t* number) {
  constexpr size_t kDigits = 5;
  if (text->size() < kDigits) return false;
  const absl::string_view digits = text->substr(text->size() - kDigits);
  // SimpleAtoi alone would take signs and spaces too.
  if (!std::all_of(digits.begin(), digits.end(),
                   [](char c) { return absl::ascii_isdigit(c); }) ||
      !absl::SimpleAtoi(digits, number)) {
    return false;
  }
  text->remove_suffix(kDigits);
  return true;
}

// The value of a key that every file of a set has.
absl::StatusOr<uint64_t> GetSplitUint(const GgufMetadata& metadata,
                                      absl::string_view key) {
  absl::StatusOr<uint64_t> value = metadata.GetUint(key);
  if (value.ok()) return value;
  return absl::DataLossError(value.status().message());
}

// File `index` of a set must agree with its place in it.
absl::Status CheckInfo(const GgufFile& file, size_t index, size_t count) {
  absl::StatusOr<std::optional<GgufSplitInfo>> info = ReadGgufSplitInfo(file);
  const std::string context =
      absl::StrCat("file ", index + 1, " of ", count, ": ");
  if (!info.ok()) {
    return absl::Status(info.status().code(),
                        absl::StrCat(context, info.status().message()));
  }
  if (!info->has_value()) {
    if (count == 1) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(context, "it is not part of a split model"));
  }
  const GgufSplitInfo& found = **info;
  if (found.count != count) {
    return absl::DataLossError(absl::StrCat(context, kCountKey, " is ",
                                            found.count, ", expected ", count));
  }
  if (found.number != index) {
    return absl::DataLossError(absl::StrCat(
        context, kNumberKey, " is ", found.number, ", expected ", index));
  }
  return absl::OkStatus();
}

}  // namespace

void SetGgufSplitKeys(const GgufSplitInfo& info, GgufMetadata* metadata) {
  metadata->SetLast(kNumberKey,
                    GgufValue::Scalar(static_cast<uint16_t>(info.number)));
  metadata->SetLast(kTensorCountKey,
                    GgufValue::Scalar(static_cast<int32_t>(info.tensor_count)));
  metadata->SetLast(kCountKey,
                    GgufValue::Scalar(static_cast<uint16_t>(info.count)));
}

void SetGgufMergedKeys(GgufMetadata* metadata) {
  metadata->SetLast(kCountKey, GgufValue::Scalar(uint16_t{0}));
}

std::optional<GgufSplitName> ParseGgufSplitName(absl::string_view file_name) {
  GgufSplitName name;
  if (!absl::ConsumeSuffix(&file_name, ".gguf") ||
      !ConsumeNumber(&file_name, &name.count) ||
      !absl::ConsumeSuffix(&file_name, "-of-") ||
      !ConsumeNumber(&file_name, &name.number) ||
      !absl::ConsumeSuffix(&file_name, "-") || file_name.empty() ||
      name.number < 1 || name.number > name.count) {
    return std::nullopt;
  }
  name.prefix = std::string(file_name);
  return name;
}

std::vector<std::string> GgufSplitFileNames(const GgufSplitName& name) {
  std::vector<std::string> names;
  names.reserve(name.count);
  for (uint32_t number = 1; number <= name.count; ++number) {
    names.push_back(absl::StrFormat("%s-%05d-of-%05d.gguf", name.prefix, number,
                                    name.count));
  }
  return names;
}

absl::StatusOr<std::optional<GgufSplitInfo>> ReadGgufSplitInfo(
    const GgufFile& file) {
  const GgufMetadata& metadata = file.metadata;
  if (metadata.Find(kCountKey) == nullptr) return std::nullopt;
  TESSERA_ASSIGN_OR_RETURN(const uint64_t count,
                           GetSplitUint(metadata, kCountKey));
  if (count <= 1) return std::nullopt;
  TESSERA_ASSIGN_OR_RETURN(const uint64_t number,
                           GetSplitUint(metadata, kNumberKey));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t tensor_count,
                           GetSplitUint(metadata, kTensorCountKey));
  if (count > std::numeric_limits<uint16_t>::max() || number >= count) {
    return absl::DataLossError(absl::StrCat(kNumberKey, " is ", number, " and ",
                                            kCountKey, " is ", count));
  }
  if (tensor_count < file.tensors.size()) {
    return absl::DataLossError(absl::StrCat(kTensorCountKey, " is ",
                                            tensor_count, ", but this file ",
                                            "alone has ", file.tensors.size()));
  }
  return GgufSplitInfo{static_cast<uint32_t>(number),
                       static_cast<uint32_t>(count), tensor_count};
}

absl::Status CheckGgufSplits(absl::Span<const GgufFile* const> files) {
  if (files.empty()) return absl::InvalidArgumentError("no file given");
  absl::flat_hash_set<absl::string_view> names;
  bool is_whole = true;
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i] == nullptr) {
      is_whole = false;
      continue;
    }
    TESSERA_RETURN_IF_ERROR(CheckInfo(*files[i], i, files.size()));
    for (const GgufTensor& tensor : files[i]->tensors) {
      if (!names.insert(tensor.name).second) {
        return absl::DataLossError(
            absl::StrCat("file ", i + 1, " of ", files.size(), ": tensor ",
                         Quoted(tensor.name), " is in an earlier file too"));
      }
    }
  }
  for (size_t i = 0; is_whole && i < files.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(const auto info, ReadGgufSplitInfo(*files[i]));
    if (info.has_value() && info->tensor_count != names.size()) {
      return absl::DataLossError(absl::StrCat(
          "file ", i + 1, " of ", files.size(), ": ", kTensorCountKey, " is ",
          info->tensor_count, ", but the files have ", names.size()));
    }
  }
  return absl::OkStatus();
}

}  // namespace tessera
