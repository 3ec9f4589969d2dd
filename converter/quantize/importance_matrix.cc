#include "converter/quantize/importance_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/byte_cursor.h"
#include "base/checked_math.h"
#include "base/digest.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/nearest_name.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/quantize/mix_class.h"
#include "converter/quantize/usable_importance.h"
#include "formats/foreign/foreign_file.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/gguf/gguf_reader.h"

namespace tessera {
namespace {

// Longer names are not a tensor's.
constexpr uint32_t kMaxNameBytes = 1024;

std::vector<float> ReadFloats(absl::Span<const uint8_t> bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

absl::Status CheckValues(absl::string_view tensor,
                         absl::Span<const float> values) {
  const auto* bad = std::find_if(values.begin(), values.end(), [](float value) {
    return !std::isfinite(value) || value < 0;
  });
  if (bad == values.end()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "importance of tensor ", Quoted(tensor), ", value ", bad - values.begin(),
      ": expected a finite number from 0 on, found ", *bad));
}

// What MeansOf has for an expert without a count is 1 throughout.
bool IsUnseen(absl::Span<const float> importance) {
  return HasNoImportance(importance) ||
         std::all_of(importance.begin(), importance.end(),
                     [](float value) { return value == 1; });
}

// The pair of tensors of one name.
struct SumsAndCounts {
  const GgufTensor* sums = nullptr;
  const GgufTensor* counts = nullptr;
};

// Divides the sums of each expert by its count.
absl::StatusOr<std::vector<float>> MeansOf(const std::string& name,
                                           const SumsAndCounts& pair,
                                           absl::Span<const uint8_t> file) {
  if (pair.sums == nullptr || pair.counts == nullptr) {
    return absl::DataLossError(absl::StrCat("importance of tensor ",
                                            Quoted(name),
                                            ": expected .in_sum2 and "
                                            ".counts, found only one of them"));
  }
  if (pair.sums->type != DType::kF32 || pair.counts->type != DType::kF32) {
    return absl::DataLossError(absl::StrCat(
        "importance of tensor ", Quoted(name), ": expected F32, found ",
        DTypeName(pair.sums->type), " and ", DTypeName(pair.counts->type)));
  }
  std::vector<float> sums =
      ReadFloats(file.subspan(pair.sums->offset, pair.sums->size));
  const std::vector<float> counts =
      ReadFloats(file.subspan(pair.counts->offset, pair.counts->size));
  if (sums.empty() || counts.empty() || sums.size() % counts.size() != 0) {
    return absl::DataLossError(
        absl::StrCat("importance of tensor ", Quoted(name), ": ", sums.size(),
                     " sums do not divide into ", counts.size(), " counts"));
  }
  TESSERA_RETURN_IF_ERROR(CheckValues(name, sums));
  TESSERA_RETURN_IF_ERROR(CheckValues(name, counts));
  const size_t columns = sums.size() / counts.size();
  for (size_t expert = 0; expert < counts.size(); ++expert) {
    const float count = std::round(counts[expert]);
    float* begin = sums.data() + expert * columns;
    if (count > 0) {
      std::for_each(begin, begin + columns, [&](float& sum) { sum /= count; });
    } else {
      std::fill(begin, begin + columns, 1.0f);
    }
  }
  return sums;
}

}  // namespace

absl::Status ImportanceMatrix::ParseGgufForm(absl::Span<const uint8_t> bytes) {
  TESSERA_ASSIGN_OR_RETURN(const GgufFile file, ParseGguf(bytes));
  std::map<std::string, SumsAndCounts> pairs;
  for (const GgufTensor& tensor : file.tensors) {
    absl::string_view name = tensor.name;
    if (absl::ConsumeSuffix(&name, ".in_sum2")) {
      pairs[std::string(name)].sums = &tensor;
    } else if (absl::ConsumeSuffix(&name, ".counts")) {
      pairs[std::string(name)].counts = &tensor;
    }
  }
  for (const auto& [name, pair] : pairs) {
    TESSERA_ASSIGN_OR_RETURN(values_[name], MeansOf(name, pair, bytes));
  }
  const auto data_sets = file.metadata.GetStringArray("imatrix.datasets");
  if (data_sets.ok() && !data_sets->empty()) {
    data_set_ = std::string(data_sets->front());
  }
  const auto chunks = file.metadata.GetUint("imatrix.chunk_count");
  if (chunks.ok() && *chunks <= INT32_MAX) {
    chunks_ = static_cast<uint32_t>(*chunks);
  }
  return absl::OkStatus();
}

// int32 number of tensors; for each: int32 length and bytes of its name, int32
// calls, int32 number of values, float32 values, which are means times calls.
// Then, in newer files, int32 number of chunks, int32 length and bytes of the
// name of the data set.
absl::Status ImportanceMatrix::ParseLegacyForm(
    absl::Span<const uint8_t> bytes) {
  ByteCursor cursor(bytes);
  const auto damaged = [&cursor](absl::string_view what) {
    return absl::DataLossError(
        absl::StrCat("importance matrix: offset ", cursor.position(), ": ",
                     what, "; expected GGUF or llama-imatrix's older format"));
  };
  int32_t count = 0;
  if (!cursor.Read(&count) || count < 1) return damaged("no tensors");
  for (int32_t i = 0; i < count; ++i) {
    uint32_t name_bytes = 0;
    absl::string_view name;
    int32_t calls = 0;
    int32_t size = 0;
    absl::Span<const uint8_t> raw;
    if (!cursor.Read(&name_bytes) || name_bytes == 0 ||
        name_bytes > kMaxNameBytes || !cursor.ReadString(name_bytes, &name)) {
      return damaged("no name of a tensor");
    }
    if (!cursor.Read(&calls) || !cursor.Read(&size) || size < 1 ||
        !cursor.ReadBytes(uint64_t{sizeof(float)} * static_cast<uint32_t>(size),
                          &raw)) {
      return damaged("values cut short");
    }
    const auto [entry, is_new] = values_.emplace(name, ReadFloats(raw));
    if (!is_new) return damaged("a second entry for a tensor");
    TESSERA_RETURN_IF_ERROR(CheckValues(name, entry->second));
    if (calls <= 0) continue;
    for (float& value : entry->second) value /= static_cast<float>(calls);
  }
  int32_t chunks = 0;
  if (!cursor.Read(&chunks)) return absl::OkStatus();
  chunks_ = static_cast<uint32_t>(std::max(chunks, 0));
  uint32_t size = 0;
  absl::string_view data_set;
  if (cursor.Read(&size) && size <= INT32_MAX &&
      cursor.ReadString(size, &data_set)) {
    data_set_ = std::string(data_set);
  }
  return absl::OkStatus();
}

absl::StatusOr<ImportanceMatrix> ImportanceMatrix::Parse(
    absl::Span<const uint8_t> bytes) {
  const bool is_gguf =
      bytes.size() >= kGgufMagic.size() &&
      std::memcmp(bytes.data(), kGgufMagic.data(), kGgufMagic.size()) == 0;
  ImportanceMatrix matrix;
  TESSERA_RETURN_IF_ERROR(is_gguf ? matrix.ParseGgufForm(bytes)
                                  : matrix.ParseLegacyForm(bytes));
  if (matrix.values_.empty()) {
    return absl::DataLossError(
        "importance matrix: expected tensors named NAME.in_sum2 and "
        "NAME.counts, found none");
  }
  return matrix;
}

absl::StatusOr<std::shared_ptr<const ImportanceMatrix>>
ImportanceMatrix::ReadFile(const std::string& path) {
  const absl::StatusOr<MappedFile> opened = MappedFile::Open(path);
  if (!opened.ok()) return WithNearestName(path, opened.status());
  const MappedFile& file = *opened;
  TESSERA_RETURN_IF_ERROR(CheckNotReplaced(path, file.bytes()));
  auto parsed = Parse(file.bytes());
  if (!parsed.ok()) return WithPath(path, parsed.status());
  parsed->path_ = path;
  parsed->origin_ =
      absl::StrCat(std::filesystem::path(path).filename().string(),
                   " sha256:", absl::BytesToHexString(Sha256(file.bytes())));
  TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  return std::make_shared<const ImportanceMatrix>(*std::move(parsed));
}

absl::Span<const float> ImportanceMatrix::Find(absl::string_view tensor,
                                               uint64_t matrix,
                                               uint64_t columns) const {
  const auto found = values_.find(tensor);
  if (found == values_.end() || columns == 0) return {};
  const std::vector<float>& values = found->second;
  if (values.size() % columns != 0 || matrix >= values.size() / columns) {
    return {};
  }
  return absl::MakeConstSpan(values).subspan(matrix * columns, columns);
}

uint64_t ImportanceMatrix::CountOf(absl::string_view tensor) const {
  const auto found = values_.find(tensor);
  return found == values_.end() ? 0 : found->second.size();
}

std::string ImportanceMatrix::UnseenNote(
    absl::Span<const TensorSummary> tensors) const {
  uint64_t count = 0;
  std::string first;
  for (const TensorSummary& tensor : tensors) {
    if (CountOf(tensor.name) == 0 || tensor.shape.size() < 2) continue;
    const uint64_t columns = tensor.shape.back();
    if (columns == 0) continue;
    const uint64_t matrices = CountOf(tensor.name) / columns;
    for (uint64_t i = 0; i < matrices; ++i) {
      if (!IsUnseen(Find(tensor.name, i, columns))) continue;
      if (count++ > 0) continue;
      first = std::string(tensor.name);
      if (matrices > 1) absl::StrAppend(&first, " of expert ", i);
    }
  }
  if (count == 0) return "";
  return absl::StrCat(count, count == 1 ? " matrix has" : " matrices have",
                      " no importance in any column, such as ", first,
                      ": quantized as without an importance matrix");
}

absl::Status ImportanceMatrix::CheckFits(
    absl::Span<const TensorSummary> tensors) const {
  for (const TensorSummary& tensor : tensors) {
    const uint64_t count = CountOf(tensor.name);
    if (count == 0 || tensor.shape.size() < 2 ||
        MixClassOf(tensor.name) == MixClass::kEmbedding) {
      continue;
    }
    std::vector<uint64_t> per_matrix(tensor.shape.begin(),
                                     tensor.shape.end() - 2);
    per_matrix.push_back(tensor.shape.back());
    const auto expected = ElementCount(per_matrix);
    if (expected == count) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(tensor.name, ": its importance matrix has ", count,
                     " values, expected ", expected.value_or(0),
                     "; it was made for another model"));
  }
  return absl::OkStatus();
}

}  // namespace tessera
