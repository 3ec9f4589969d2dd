#include "converter/export_gguf.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/file_error.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/export_checks.h"
#include "converter/gguf_file_type.h"
#include "converter/hugging_face_metadata.h"
#include "converter/source/gguf_tokenizer.h"
#include "formats/gguf/gguf_writer.h"

namespace tessera {
namespace {

constexpr uint64_t kStepBytes = uint64_t{8} << 20;
// From here on type numbers are ours (formats/dtype/dtype.h).
constexpr uint32_t kFirstOwnType = 1000;

// The recipe name of the type that most weights have.
std::string DominantType(const WeightSource& arena) {
  absl::flat_hash_map<DType, uint64_t> bytes;
  for (const SourceTensor& tensor : arena.tensors) {
    if (tensor.shape.size() >= 2) bytes[tensor.type] += tensor.size;
  }
  DType dominant = DType::kF32;
  uint64_t most = 0;
  for (const auto& [type, size] : bytes) {
    if (size > most || (size == most && type < dominant)) {
      dominant = type;
      most = size;
    }
  }
  return DTypeName(dominant);
}

// The metadata of the GGUF that the arena was made from, as it was.
absl::Status AppendOriginalMetadata(const WeightSource& arena,
                                    const GgufMetadata& from_tokenizer,
                                    GgufMetadata* metadata) {
  for (const SourceMetadata& entry : arena.origin->metadata()) {
    if (entry.value().empty()) {  // kept in the tokenizer only
      const GgufValue* value = from_tokenizer.Find(entry.key());
      if (value != nullptr) metadata->Append(entry.key(), *value);
      continue;
    }
    const auto* bytes = reinterpret_cast<const uint8_t*>(entry.value().data());
    TESSERA_ASSIGN_OR_RETURN(
        GgufValue value,
        GgufValue::FromRaw(entry.type(),
                           absl::MakeConstSpan(bytes, entry.value().size())));
    metadata->Append(entry.key(), std::move(value));
  }
  return absl::OkStatus();
}

absl::StatusOr<GgufMetadata> MakeMetadata(const WeightSource& arena) {
  if (!arena.origin.has_value() || arena.origin->format() != "gguf") {
    TESSERA_RETURN_IF_ERROR(CheckConfigIsUnderstood(arena));
    return HuggingFaceMetadata(arena, GgufFileType(DominantType(arena)));
  }
  GgufMetadata from_tokenizer;
  if (arena.tokenizer.has_value()) {
    AppendTokenizer(*arena.tokenizer, &from_tokenizer);
  }
  GgufMetadata metadata;
  TESSERA_RETURN_IF_ERROR(
      AppendOriginalMetadata(arena, from_tokenizer, &metadata));
  return metadata;
}

absl::StatusOr<std::vector<GgufTensor>> ListTensors(const WeightSource& arena) {
  std::vector<GgufTensor> tensors;
  for (const SourceTensor& from : arena.tensors) {
    if (static_cast<uint32_t>(from.type) >= kFirstOwnType) {
      return absl::UnimplementedError(
          absl::StrCat(from.name, ": GGUF has no type ", DTypeName(from.type),
                       "; convert the original with another --quantize"));
    }
    GgufTensor& tensor = tensors.emplace_back();
    tensor.name = from.name;
    tensor.type = from.type;
    tensor.shape = from.shape;
  }
  return tensors;
}

absl::Status CopyTensor(const WeightSource& arena, const SourceTensor& from,
                        uint64_t offset, bool allow_nonfinite, AtomicFile& file,
                        Progress& progress) {
  const uint64_t row_bytes = *RowBytes(from.type, from.columns());
  if (row_bytes == 0) return absl::OkStatus();
  const uint64_t rows_per_step = std::max<uint64_t>(1, kStepBytes / row_bytes);
  std::vector<uint8_t> buffer;
  for (uint64_t row = 0; row < from.rows(); row += rows_per_step) {
    const uint64_t count = std::min(rows_per_step, from.rows() - row);
    buffer.resize(count * row_bytes);
    arena.ReadRows(from, row, count, buffer.data());
    if (!allow_nonfinite) {
      TESSERA_RETURN_IF_ERROR(CheckRowsAreFinite(from, row, buffer));
    }
    TESSERA_RETURN_IF_ERROR(file.WriteAt(offset + row * row_bytes, buffer));
    progress.Advance(buffer.size(), from.name);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ExportGguf(const WeightSource& arena, const std::string& output,
                        const ExportOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const GgufMetadata metadata, MakeMetadata(arena));
  TESSERA_ASSIGN_OR_RETURN(std::vector<GgufTensor> tensors, ListTensors(arena));
  auto header = EncodeGgufHeader(metadata, std::move(tensors));
  if (!header.ok()) return WithPath(output, header.status());
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file,
                           AtomicFile::Create(output, options.overwrite));
  TESSERA_RETURN_IF_ERROR(file.WriteAt(
      0, absl::MakeConstSpan(
             reinterpret_cast<const uint8_t*>(header->bytes.data()),
             header->bytes.size())));
  Progress progress("export", header->file_size, options.quiet);
  for (size_t i = 0; i < arena.tensors.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(
        CopyTensor(arena, arena.tensors[i], header->tensors[i].offset,
                   options.allow_nonfinite, file, progress));
  }
  TESSERA_RETURN_IF_ERROR(file.Resize(header->file_size));
  return file.Commit();
}

}  // namespace tessera
