#include "converter/source/arena_source.h"

#include <utility>

#include "absl/status/status.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "converter/source/gguf_tokenizer.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/attachment.h"
#include "formats/model/stored_config.h"

namespace tessera {
namespace {

// Anew from what the arena's own source said, with notes as from that.
void ReadModel(const Manifest& manifest, absl::Span<const uint8_t> file,
               WeightSource* source) {
  absl::StatusOr<ModelConfig> model = StoredModelConfig(manifest, file);
  if (model.ok()) {
    for (const std::string& sentence : model->not_understood()) {
      source->notes.push_back(sentence);
    }
    source->model = *std::move(model);
  } else if (!absl::IsNotFound(model.status())) {
    source->notes.emplace_back(model.status().message());
    source->model_error = model.status();
  }
}

// Of an arena without tokenizer, the lists of tokens stand in the metadata.
void FillMetadata(const TokenizerData& tokenizer, Source* origin) {
  GgufMetadata lists;
  AppendTokenizer(tokenizer, &lists);
  for (SourceMetadata& entry : *origin->mutable_metadata()) {
    const GgufValue* value =
        entry.value().empty() ? lists.Find(entry.key()) : nullptr;
    if (value == nullptr) continue;
    entry.set_value(value->raw().data(), value->raw().size());
  }
}

// Damaged ones are not carried along.
absl::Status CopyAttachments(const Manifest& manifest,
                             absl::Span<const uint8_t> file,
                             WeightSource* source) {
  for (const Attachment& attachment : manifest.attachments()) {
    TESSERA_RETURN_IF_ERROR(ReadAttachment(attachment, file).status());
    source->attachments.push_back(StoredAttachment(attachment, file));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WeightSource> OpenArenaSource(const std::string& path,
                                             bool tensors_only) {
  TESSERA_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  auto arena = ParseArena(file.bytes());
  if (!arena.ok()) return WithPath(path, arena.status());
  WeightSource source;
  source.format = "arena";
  const Manifest& manifest = arena->manifest;
  source.tensors_only = tensors_only || manifest.tensors_only();
  source.origin = manifest.source();
  if (!source.tensors_only) {
    ReadModel(manifest, file.bytes(), &source);
    if (manifest.has_tokenizer()) source.tokenizer = manifest.tokenizer();
    source.unsupported_tokenizer = manifest.unsupported_tokenizer();
  } else if (manifest.has_tokenizer()) {
    FillMetadata(manifest.tokenizer(), &*source.origin);
  }
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
    from.unmapped = stored.proto->unmapped();
    if (stored.proto->has_error()) from.error = stored.proto->error();
  }
  if (!source.tensors_only) {
    TESSERA_RETURN_IF_ERROR(
        WithPath(path, CopyAttachments(manifest, file.bytes(), &source)));
  }
  source.files.push_back(std::move(file));
  return source;
}

}  // namespace tessera
