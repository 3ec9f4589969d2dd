#include "converter/source/gguf_source.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/counted.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "converter/source/checkpoint_kind.h"
#include "converter/source/gguf_file_layout.h"
#include "converter/source/gguf_tokenizer.h"
#include "converter/source/tokens_without_rows.h"
#include "formats/foreign/foreign_file.h"
#include "formats/gguf/find_gguf_layout.h"
#include "formats/gguf/gguf_reader.h"
#include "formats/gguf/gguf_split.h"
#include "formats/model/architecture.h"
#include "formats/model/check_tensors.h"
#include "formats/model/gguf_config.h"
#include "formats/model/layer_experts.h"
#include "formats/model/limit_vocabulary.h"

namespace tessera {
namespace {

// The lists that TokenizerData holds too: most of the metadata.
constexpr absl::string_view kTokenLists[] = {
    "tokenizer.ggml.tokens",
    "tokenizer.ggml.scores",
    "tokenizer.ggml.token_type",
    "tokenizer.ggml.merges",
};

struct OpenFile {
  MappedFile file;
  GgufFile gguf;
};

absl::StatusOr<OpenFile> OpenOne(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  TESSERA_RETURN_IF_ERROR(CheckNotForeign(path, file.bytes()));
  auto gguf = ParseGguf(file.bytes());
  if (!gguf.ok()) return WithPath(path, gguf.status());
  return OpenFile{std::move(file), *std::move(gguf)};
}

// The files of a model: one, or those of a split set.
struct OpenSet {
  std::vector<OpenFile> files;  // that are there, in order
  bool is_split = false;
  std::string note;  // what is missing; empty: nothing
};

// A file that is found by its name or not at all.
absl::Status Renamed(const std::string& path, const GgufSplitInfo& split) {
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s: the file is part of a split set of %d, and must keep its name, "
      "which ends with -%05d-of-%05d.gguf, since the others are found by it; "
      "--tensors_only converts the tensors of this one",
      path, split.count, split.number + 1, split.count));
}

// The set of `path`, which has this name.
absl::StatusOr<OpenSet> OpenParts(const std::string& path,
                                  const GgufSplitName& name,
                                  const SourceOptions& options) {
  OpenSet set;
  set.is_split = name.count > 1;
  std::vector<std::optional<size_t>> places;  // in set.files
  std::vector<std::string> missing;
  for (const std::string& part : GgufSplitFileNames(name)) {
    auto opened = OpenOne(part);
    if (absl::IsNotFound(opened.status())) {
      if (!options.tensors_only) {
        return absl::NotFoundError(absl::StrCat(
            part, ": missing; the model is split into ", name.count,
            " files, which must lie in one folder; --tensors_only converts the "
            "tensors of those that are there"));
      }
      missing.push_back(part);
      places.push_back(std::nullopt);
      continue;
    }
    if (!opened.ok()) return opened.status();
    places.push_back(set.files.size());
    set.files.push_back(*std::move(opened));
  }
  std::vector<const GgufFile*> parsed;
  for (const std::optional<size_t>& place : places) {
    parsed.push_back(place.has_value() ? &set.files[*place].gguf : nullptr);
  }
  TESSERA_RETURN_IF_ERROR(WithPath(path, CheckGgufSplits(parsed)));
  if (!missing.empty()) {
    set.note = absl::StrCat(missing.front(),
                            ": missing; of the split set, the tensors of ",
                            set.files.size(), " of ",
                            Counted(name.count, "file"), " are converted");
  }
  return set;
}

// Opens all files of the model that `path` is a part of.
absl::StatusOr<OpenSet> OpenAll(const std::string& path,
                                const SourceOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(OpenFile named, OpenOne(path));
  auto split = ReadGgufSplitInfo(named.gguf);
  if (!split.ok()) return WithPath(path, split.status());
  const GgufSplitInfo info = split->value_or(GgufSplitInfo{.count = 1});
  OpenSet set;
  set.is_split = split->has_value();
  if (set.is_split) {
    const std::optional<GgufSplitName> name = ParseGgufSplitName(path);
    if (name.has_value() && name->count == info.count &&
        name->number == info.number + 1) {
      return OpenParts(path, *name, options);
    }
    if (!options.tensors_only) return Renamed(path, info);
    set.note = absl::StrCat(path, ": of a split set of ", info.count,
                            " files, the tensors of this one are converted");
  }
  std::vector<const GgufFile*> parsed(info.count);
  parsed[info.number] = &named.gguf;
  TESSERA_RETURN_IF_ERROR(WithPath(path, CheckGgufSplits(parsed)));
  set.files.push_back(std::move(named));
  return set;
}

// True for an entry that AppendTokenizer makes again, bit for bit.
bool IsInTokenizer(const GgufMetadataEntry& entry,
                   const GgufMetadata& regenerated) {
  const bool is_list = std::find(std::begin(kTokenLists), std::end(kTokenLists),
                                 entry.key) != std::end(kTokenLists);
  if (!is_list) return false;
  const GgufValue* value = regenerated.Find(entry.key);
  return value != nullptr && value->type() == entry.value.type() &&
         value->raw() == entry.value.raw();
}

// Keeps all entries in their order, with empty values for the lists that are in
// the tokenizer already. What a file says about its split set is no property of
// the model.
void CopyMetadata(const GgufMetadata& metadata, bool is_split,
                  WeightSource* source) {
  GgufMetadata regenerated;
  if (source->tokenizer.has_value()) {
    AppendTokenizer(*source->tokenizer, &regenerated);
  }
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    if (is_split && absl::StartsWith(entry.key, "split.")) continue;
    SourceMetadata& kept = source->metadata.emplace_back();
    kept.set_key(entry.key);
    kept.set_type(static_cast<uint32_t>(entry.value.type()));
    if (IsInTokenizer(entry, regenerated)) continue;
    const absl::Span<const uint8_t> raw = entry.value.raw();
    kept.set_value(raw.data(), raw.size());
  }
}

// What it takes to make the very file again.
void KeepLayout(const OpenFile& file, bool is_split, WeightSource* source) {
  std::optional<GgufFileLayout>& kept = source->gguf_layouts.emplace_back();
  auto found = FindGgufLayout(file.file.bytes(), file.gguf);
  if (!found.ok()) {
    source->notes.push_back(absl::StrCat(
        file.file.path(),
        ": the way back will not be identical: ", found.status().message()));
    return;
  }
  if (!found->has_value() && !is_split) return;
  GgufLayout usual;
  usual.file_size = file.file.bytes().size();
  kept = GgufFileLayoutProto(found->value_or(usual), file.gguf.tensors.size());
  if (!is_split) return;
  KeepSplitMetadata(file.gguf.metadata, source->metadata, &*kept);
}

absl::Status ReadModelAndTokenizer(const GgufMetadata& metadata,
                                   WeightSource* source) {
  auto model = ModelConfigFromGguf(metadata);
  if (model.ok()) {
    for (const std::string& sentence : model->not_understood()) {
      source->notes.push_back(sentence);
    }
    source->model = *std::move(model);
  } else {
    source->notes.emplace_back(model.status().message());
    const auto name = metadata.GetString(kArchitectureKey);
    if (name.ok() && FindArchitecture(*name) != nullptr) {
      source->model_error = model.status();
    }
  }
  auto tokenizer = TokenizerFromGguf(metadata);
  if (tokenizer.ok()) {
    std::string note = NoteOnPretokenizer(*tokenizer);
    if (!note.empty()) source->notes.push_back(std::move(note));
    source->tokenizer = *std::move(tokenizer);
  } else if (absl::IsUnimplemented(tokenizer.status()) ||
             absl::IsNotFound(tokenizer.status())) {
    const bool has_one = absl::IsUnimplemented(tokenizer.status());
    source->notes.push_back(
        absl::StrCat(has_one ? "the tokenizer is left out: " : "",
                     tokenizer.status().message()));
    if (has_one) {
      source->unsupported_tokenizer = std::string(tokenizer.status().message());
    }
  } else {
    return tokenizer.status();
  }
  return absl::OkStatus();
}

// Of a file with more tokens than its embedding has rows, the vocabulary of the
// model is the rows.
void CheckVocabulary(WeightSource* source) {
  NoteTokensWithoutRows(source);
  if (!source->model.has_value()) return;
  for (const SourceTensor& tensor : source->tensors) {
    LimitVocabulary(tensor.name, tensor.shape, &*source->model);
  }
}

// Tensors that some layers have and others lack.
void CheckTensors(WeightSource* source) {
  if (!source->model.has_value()) return;
  const Architecture* architecture =
      FindArchitecture(source->model->model_type());
  if (architecture == nullptr) return;
  std::vector<absl::string_view> names;
  LayerExperts experts;
  for (const SourceTensor& tensor : source->tensors) {
    names.push_back(tensor.name);
    experts.Add(tensor.name, tensor.shape);
  }
  std::vector<std::string> sentences = FindUnevenTensors(
      names, *architecture, source->model->num_hidden_layers());
  std::string uneven = experts.Uneven(*source->model);
  if (!uneven.empty()) sentences.push_back(std::move(uneven));
  for (const std::string& sentence : sentences) {
    source->notes.push_back(sentence);
    source->model->add_not_understood(sentence);
  }
}

}  // namespace

absl::StatusOr<WeightSource> OpenGgufSource(const std::string& path,
                                            const SourceOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(OpenSet set, OpenAll(path, options));
  std::vector<OpenFile>& files = set.files;
  WeightSource source;
  source.format = "gguf";
  source.tensors_only = options.tensors_only;
  const GgufMetadata& metadata = files.front().gguf.metadata;
  if (!options.tensors_only) {
    TESSERA_RETURN_IF_ERROR(
        WithPath(files.front().file.path(), CheckGgufKind(metadata)));
    TESSERA_RETURN_IF_ERROR(WithPath(files.front().file.path(),
                                     ReadModelAndTokenizer(metadata, &source)));
  }
  CopyMetadata(metadata, set.is_split, &source);
  if (set.note.empty()) {
    for (const OpenFile& file : files) KeepLayout(file, set.is_split, &source);
  } else {
    source.gguf_layouts.resize(files.size());
    source.notes.push_back(std::move(set.note));
  }
  for (size_t i = 0; i < files.size(); ++i) {
    for (GgufTensor& tensor : files[i].gguf.tensors) {
      SourceTensor& from = source.tensors.emplace_back();
      from.name = tensor.name;
      from.source_name = std::move(tensor.name);
      from.type = tensor.type;
      from.shape = std::move(tensor.shape);
      from.parts = {{i, tensor.offset}};
      from.size = tensor.size;
    }
  }
  CheckVocabulary(&source);
  CheckTensors(&source);
  for (OpenFile& file : files) source.files.push_back(std::move(file.file));
  return source;
}

}  // namespace tessera
