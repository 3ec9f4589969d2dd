// The files that a model is made of, without reading it.
#ifndef CONVERTER_SOURCE_INPUT_FILES_H_
#define CONVERTER_SOURCE_INPUT_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tessera {

struct InputFile {
  std::string path;
  // What the file is known by: "config.json" for a file beside the weights,
  // "index" for the index of shards. Empty for files with weights, of which the
  // order counts and not the name.
  std::string role;
};

// All files that OpenWeightSource would read of `path`, those with weights
// first. Reads folders, the index of shards, and the first bytes of `path`. If
// it is no model, or not there, `path` alone: OpenWeightSource says why. What
// CheckpointFilesIn says of shards that are missing.
absl::StatusOr<std::vector<InputFile>> ListInputFiles(const std::string& path);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_INPUT_FILES_H_
