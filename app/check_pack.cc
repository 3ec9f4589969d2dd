#include "app/check_pack.h"

#include <algorithm>

#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"

namespace tessera {
namespace {

bool HasFile(const PackRecord& record, const std::string& sha256) {
  return std::any_of(
      record.files().begin(), record.files().end(),
      [&](const ContentFile& file) { return file.sha256() == sha256; });
}

bool IsMadeFrom(const Manifest& manifest, const PackRecord& record) {
  const auto& sources = manifest.source().files();
  return std::all_of(
      sources.begin(), sources.end(),
      [&](const SourceFile& file) { return HasFile(record, file.sha256()); });
}

}  // namespace

absl::Status CheckPack(const std::string& path, const PackRecord& record,
                       int threads) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  if (file.bytes().size() != record.pack().size()) {
    return absl::DataLossError("its size has changed");
  }
  TESSERA_ASSIGN_OR_RETURN(const Arena arena, ParseArena(file.bytes()));
  if (!IsMadeFrom(arena.manifest, record)) {
    return absl::DataLossError("it is another arena");
  }
  ThreadPool pool(ThreadCount(threads));
  return VerifyChunks(file.bytes(), arena, pool);
}

}  // namespace tessera
