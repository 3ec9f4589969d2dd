#include "app/check_pack.h"

#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"

namespace tessera {
absl::StatusOr<std::string> ManifestDigest(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  TESSERA_ASSIGN_OR_RETURN(
      const ArenaHeader header,
      DecodeArenaHeader(file.bytes(), file.bytes().size()));
  return header.manifest_sha256;
}

absl::Status CheckPack(const std::string& path, const PackRecord& record,
                       int threads) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  if (file.bytes().size() != record.pack().size()) {
    return absl::DataLossError("its size has changed");
  }
  TESSERA_ASSIGN_OR_RETURN(const Arena arena, ParseArena(file.bytes()));
  // The manifest has the hash of every chunk, so no other pack has its digest.
  if (arena.header.manifest_sha256 != record.manifest_sha256()) {
    return absl::DataLossError("it is another arena");
  }
  ThreadPool pool(ThreadCount(threads));
  return VerifyChunks(file.bytes(), arena, pool);
}

}  // namespace tessera
