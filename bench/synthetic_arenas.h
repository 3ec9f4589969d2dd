// Synthetic models on disk.
#ifndef BENCH_SYNTHETIC_ARENAS_H_
#define BENCH_SYNTHETIC_ARENAS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "bench/model_shape.h"
#include "formats/layout/layout_profile.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

// A value of convert's --layout.
struct LayoutChoice {
  std::string name;  // "interleaved", "auto"
  LayoutOrder order = LayoutOrder::kInterleaved;
  std::optional<LayoutProfile>
      profile;  // for auto: chooses each matrix's order
};

// One model in all layouts.
struct SyntheticFiles {
  std::string gguf;
  std::vector<std::string> arenas;  // in the order of the layouts
};

// Makes FOLDER/SHAPE-TYPE.gguf and from it FOLDER/SHAPE-TYPE-LAYOUT.arena for
// each layout, replacing what is there. `type` is a value of convert's
// --quantize. The GGUF has the same blocks, or F16 where GGUF does not have the
// type. Errors as the converter's.
absl::StatusOr<SyntheticFiles> MakeSyntheticFiles(
    const ModelShape& shape, const std::string& type,
    const std::vector<LayoutChoice>& layouts, const std::string& folder,
    ThreadPool& pool);

// Removes them.
void RemoveSyntheticFiles(const SyntheticFiles& files);

}  // namespace tessera

#endif  // BENCH_SYNTHETIC_ARENAS_H_
