#include "formats/arena/arena_reader.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/arena/attachment.h"
#include "formats/arena/manifest_codec.h"
#include "formats/arena/placement.h"

namespace tessera {
namespace {

absl::StatusOr<Manifest> ReadManifest(absl::Span<const uint8_t> file,
                                      const ArenaHeader& header) {
  const absl::Span<const uint8_t> stored =
      file.subspan(header.manifest_offset, header.manifest_stored_bytes);
  const std::string sha256 = Sha256(stored);
  if (sha256 != header.manifest_sha256) {
    return absl::DataLossError(absl::StrCat(
        "manifest at offset ", header.manifest_offset, ": SHA-256 is ",
        absl::BytesToHexString(sha256), ", header says ",
        absl::BytesToHexString(header.manifest_sha256)));
  }
  TESSERA_ASSIGN_OR_RETURN(Manifest manifest,
                           DecodeManifest(stored, header.manifest_raw_bytes));
  if (manifest.minor_version() != header.minor_version) {
    return absl::DataLossError(
        absl::StrCat("manifest: minor version is ", manifest.minor_version(),
                     ", header says ", header.minor_version));
  }
  return manifest;
}

absl::Status ReadTensors(Arena& arena) {
  for (const Tensor& tensor : arena.manifest.tensors()) {
    TESSERA_ASSIGN_OR_RETURN(StoredTensor stored, ResolveTensor(tensor));
    if (!arena.index.emplace(tensor.name(), arena.tensors.size()).second) {
      return absl::DataLossError(
          absl::StrCat("tensor ", Quoted(tensor.name()), ": occurs twice"));
    }
    arena.tensors.push_back(std::move(stored));
  }
  return CheckPlacement(arena.manifest, arena.tensors);
}

absl::Status CheckExecutionOrder(const Manifest& manifest) {
  for (int i = 0; i < manifest.execution_order_size(); ++i) {
    const uint32_t tensor = manifest.execution_order(i);
    if (tensor >= static_cast<uint32_t>(manifest.tensors_size())) {
      return absl::DataLossError(
          absl::StrCat("execution order: entry ", i, " is tensor ", tensor,
                       ", but there are ", manifest.tensors_size()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

const StoredTensor* Arena::FindTensor(absl::string_view name) const {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &tensors[found->second];
}

absl::StatusOr<Arena> ParseArena(absl::Span<const uint8_t> file) {
  TESSERA_ASSIGN_OR_RETURN(ArenaHeader header,
                           DecodeArenaHeader(file, file.size()));
  TESSERA_ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(file, header));
  return ResolveArena(std::move(header), std::move(manifest));
}

absl::StatusOr<Arena> ResolveArena(ArenaHeader header, Manifest manifest) {
  Arena arena;
  arena.header = std::move(header);
  arena.manifest = std::move(manifest);
  TESSERA_RETURN_IF_ERROR(CheckSections(arena.manifest, arena.header));
  TESSERA_RETURN_IF_ERROR(ReadTensors(arena));
  TESSERA_RETURN_IF_ERROR(CheckExecutionOrder(arena.manifest));
  TESSERA_RETURN_IF_ERROR(CheckAttachments(arena.manifest));
  return arena;
}

}  // namespace tessera
