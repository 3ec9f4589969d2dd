// The .safetensors files that make one checkpoint.
#ifndef CONVERTER_SOURCE_CHECKPOINT_FILES_H_
#define CONVERTER_SOURCE_CHECKPOINT_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "converter/source/source_options.h"
#include "formats/safetensors/safetensors_index.h"

namespace tessera {

struct CheckpointFiles {
  std::string folder;              // with config.json and a tokenizer, if any
  std::vector<std::string> names;  // of the files in it, in their order
  // What says which tensor is in which, if there is such a file, and its path.
  std::optional<SafetensorsIndex> index;
  std::string index_path;
  std::vector<std::string> notes;  // for the user
};

// Of a folder: the files of its index, model.safetensors, the shards of a set
// by their numbers ("model-00001-of-00003.safetensors"), or its only
// .safetensors. A set called "model" goes before others (Mistral's repositories
// have their weights twice). Of the folder of a model in the Hub's cache: those
// of its snapshot. NotFound, naming it, for a shard that is missing, unless
// options.tensors_only; what FolderWithoutWeights says if there is no
// .safetensors, or none but adapters, which options.tensors_only takes;
// InvalidArgument, naming them, if several have nothing to do with each other.
absl::StatusOr<CheckpointFiles> CheckpointFilesIn(const std::string& folder,
                                                  const SourceOptions& options);

// Of a .safetensors file: the whole set that it is a part of, by an index
// beside it or by its name; of another one, itself.
absl::StatusOr<CheckpointFiles> CheckpointFilesOf(const std::string& file,
                                                  const SourceOptions& options);

// Those of an index.
absl::StatusOr<CheckpointFiles> CheckpointFilesOfIndex(
    const std::string& index, const SourceOptions& options);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_CHECKPOINT_FILES_H_
