#include "converter/source/arena_source.h"

#include <utility>

#include "absl/status/status.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "formats/arena/arena_reader.h"

namespace tessera {

absl::StatusOr<WeightSource> OpenArenaSource(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  auto arena = ParseArena(file.bytes());
  if (!arena.ok()) return WithPath(path, arena.status());
  WeightSource source;
  source.format = "arena";
  const Manifest& manifest = arena->manifest;
  if (manifest.has_model()) source.model = manifest.model();
  if (manifest.has_tokenizer()) source.tokenizer = manifest.tokenizer();
  source.origin = manifest.source();
  for (const StoredTensor& stored : arena->tensors) {
    SourceTensor& from = source.tensors.emplace_back();
    from.name = stored.proto->name();
    from.source_name = stored.proto->source_name();
    from.type = stored.type;
    from.shape = stored.shape;
    from.parts = {{0, stored.file_offset}};
    from.size = TensorBytes(stored.type, stored.shape).value_or(0);
    from.layout = stored.layout;
    from.rowmajor_xxh128 = stored.proto->rowmajor_xxh128();
    if (stored.proto->has_error()) from.error = stored.proto->error();
  }
  source.files.push_back(std::move(file));
  return source;
}

}  // namespace tessera
