#include "converter/export_gguf.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "base/digest.h"
#include "base/file_error.h"
#include "base/output_path.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/export_checks.h"
#include "converter/gguf_export_plan.h"
#include "formats/gguf/gguf_writer.h"

namespace tessera {
namespace {

constexpr uint64_t kStepBytes = uint64_t{8} << 20;
// From here on type numbers are ours (formats/dtype/dtype.h).
constexpr uint32_t kFirstOwnType = 1000;

absl::Span<const uint8_t> AsBytes(const std::string& text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size());
}

absl::Span<const SourceTensor> TensorsOf(const GgufExportFile& file,
                                         const WeightSource& arena) {
  return absl::MakeConstSpan(arena.tensors)
      .subspan(file.first_tensor, file.tensor_count);
}

absl::StatusOr<GgufHeader> MakeHeader(const GgufExportFile& file,
                                      const WeightSource& arena) {
  std::vector<GgufTensor> tensors;
  for (const SourceTensor& from : TensorsOf(file, arena)) {
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
  return EncodeGgufHeader(file.metadata, std::move(tensors),
                          file.layout.has_value() ? &*file.layout : nullptr);
}

absl::Status CopyTensor(const WeightSource& arena, const SourceTensor& from,
                        uint64_t offset, bool allow_nonfinite, AtomicFile& file,
                        Progress& progress) {
  const uint64_t row_bytes = *RowBytes(from.type, from.columns());
  if (row_bytes == 0) return absl::OkStatus();
  const uint64_t rows_per_step = std::max<uint64_t>(1, kStepBytes / row_bytes);
  std::vector<uint8_t> buffer;
  Xxh128Stream hash;
  for (uint64_t row = 0; row < from.rows(); row += rows_per_step) {
    const uint64_t count = std::min(rows_per_step, from.rows() - row);
    buffer.resize(count * row_bytes);
    arena.ReadRows(from, row, count, buffer.data());
    if (!allow_nonfinite) {
      TESSERA_RETURN_IF_ERROR(CheckRowsAreFinite(from, row, buffer));
    }
    hash.Update(buffer);
    TESSERA_RETURN_IF_ERROR(file.WriteAt(offset + row * row_bytes, buffer));
    progress.Advance(buffer.size(), from.name);
  }
  if (from.rowmajor_xxh128.empty() || from.rowmajor_xxh128 == hash.Digest()) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      arena.files.front().path(), ": tensor ", from.name,
      ": does not match its hash; the arena is damaged, make it again"));
}

absl::StatusOr<std::string> DigestOf(const AtomicFile& file, uint64_t size) {
  Sha256Stream hash;
  std::vector<uint8_t> buffer;
  for (uint64_t done = 0; done < size; done += buffer.size()) {
    buffer.resize(std::min(kStepBytes, size - done));
    TESSERA_RETURN_IF_ERROR(file.ReadAt(done, absl::MakeSpan(buffer)));
    hash.Update(buffer);
  }
  return hash.Digest();
}

bool AnyIsQuantized(const WeightSource& arena) {
  return std::any_of(
      arena.tensors.begin(), arena.tensors.end(),
      [](const SourceTensor& tensor) { return tensor.error.has_value(); });
}

// Compares with the original.
absl::Status Prove(const GgufExportFile& file, const WeightSource& arena,
                   ExportedFile* exported) {
  if (file.original_sha256.empty()) return absl::OkStatus();
  if (exported->sha256 == file.original_sha256) {
    exported->identical_to = file.original_name;
  } else if (file.layout.has_value()) {
    return absl::DataLossError(absl::StrCat(
        file.path, ": would not be ", file.original_name,
        " again, as it has to be; the arena is damaged, make it again"));
  } else if (!AnyIsQuantized(arena)) {
    exported->warnings.push_back(absl::StrCat(
        "it has the same tensors as ", file.original_name,
        ", but is not the same file: the arena is from an earlier version"));
  }
  return absl::OkStatus();
}

// Everything but the name.
absl::StatusOr<AtomicFile> WriteFileOf(const GgufExportFile& file,
                                       const WeightSource& arena,
                                       const GgufHeader& header,
                                       const ExportOptions& options,
                                       ExportedFile* exported) {
  TESSERA_RETURN_IF_ERROR(
      CheckRoom(file.path, header.file_size, header.file_size));
  TESSERA_ASSIGN_OR_RETURN(AtomicFile out,
                           AtomicFile::Create(file.path, options.overwrite));
  TESSERA_RETURN_IF_ERROR(out.WriteAt(0, AsBytes(header.bytes)));
  Progress progress("export", header.file_size, options.quiet);
  const absl::Span<const SourceTensor> tensors = TensorsOf(file, arena);
  for (size_t i = 0; i < tensors.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(CopyTensor(arena, tensors[i],
                                       header.tensors[i].offset,
                                       options.allow_nonfinite, out, progress));
  }
  if (file.layout.has_value()) {
    for (const GgufPatch& patch : file.layout->patches) {
      TESSERA_RETURN_IF_ERROR(out.WriteAt(patch.offset, AsBytes(patch.bytes)));
    }
  }
  TESSERA_RETURN_IF_ERROR(out.Resize(header.file_size));
  TESSERA_ASSIGN_OR_RETURN(exported->sha256, DigestOf(out, header.file_size));
  TESSERA_RETURN_IF_ERROR(Prove(file, arena, exported));
  return out;
}

}  // namespace

absl::StatusOr<std::vector<ExportedFile>> ExportGguf(
    const WeightSource& arena, const std::string& output,
    const ExportOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<GgufExportFile> files,
                           PlanGgufExport(arena, output));
  std::vector<ExportedFile> exported;
  std::vector<GgufHeader> headers;
  for (const GgufExportFile& file : files) {
    auto header = MakeHeader(file, arena);
    if (!header.ok()) return WithPath(file.path, header.status());
    exported.push_back({file.path, header->file_size, file.tensor_count, "", "",
                        MissingForAModel(file, arena)});
    headers.push_back(*std::move(header));
    if (options.dry_run) continue;
    TESSERA_RETURN_IF_ERROR(CheckOutput(file.path, options.overwrite));
  }
  if (options.dry_run) return exported;
  std::vector<AtomicFile> written;
  for (size_t i = 0; i < files.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(
        AtomicFile file,
        WriteFileOf(files[i], arena, headers[i], options, &exported[i]));
    written.push_back(std::move(file));
  }
  // All or none, as far as that can be.
  for (AtomicFile& file : written) TESSERA_RETURN_IF_ERROR(file.Commit());
  return exported;
}

}  // namespace tessera
