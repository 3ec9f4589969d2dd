// An arena as C sees it.
#ifndef RUNTIME_CAPI_OPEN_ARENA_H_
#define RUNTIME_CAPI_OPEN_ARENA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "formats/arena/manifest.pb.h"
#include "runtime/capi/tessera.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

class OpenArena;

// What tessera_tensor::handle points to.
struct TensorHandle {
  const OpenArena* arena;
  const TensorView* view;
};

// A LoadedArena with C descriptions of it and its tokenizer. Thread-safe.
class OpenArena {
 public:
  explicit OpenArena(std::unique_ptr<LoadedArena> loaded);
  OpenArena(const OpenArena&) = delete;
  OpenArena& operator=(const OpenArena&) = delete;

  const LoadedArena& loaded() const { return *loaded_; }
  const std::string& path() const { return loaded_->path(); }
  const tessera_arena_info& info() const { return info_; }
  absl::StatusOr<tessera_load_report> ReportLoad() const;

  // As tessera_arena_metadata_*.
  size_t metadata_count() const { return metadata_.size(); }
  const char* MetadataKey(size_t index) const;
  const char* MetadataValue(size_t index) const;

  // nullptr if there is none.
  const tessera_tensor* Tensor(size_t index) const;
  const tessera_tensor* FindTensor(absl::string_view name) const;

  // Made when it is first asked for; lives as long as this.
  // With the path, FailedPrecondition if the arena holds none, and
  // Unimplemented if that is because it is not supported.
  absl::StatusOr<const Tokenizer*> FindTokenizer() const;

 private:
  // What a tessera_tensor points to.
  struct TensorNames {
    std::string name;
    std::string type;
    std::string layout;
  };

  void FindMetadata();
  void DescribeTensors();
  void DescribeModel();

  const std::unique_ptr<LoadedArena> loaded_;
  // As loaded_->tensors().
  std::vector<TensorNames> names_;
  std::vector<TensorHandle> handles_;
  std::vector<tessera_tensor> tensors_;
  tessera_model_config model_ = {};
  tessera_arena_info info_ = {};
  std::vector<const SourceMetadata*> metadata_;  // of the manifest, with values

  mutable absl::Mutex mutex_;
  mutable std::unique_ptr<Tokenizer> tokenizer_;  // guarded by mutex_
  // As metadata_, in JSON; made when it is first asked for. Guarded by mutex_.
  mutable std::vector<std::string> metadata_json_;
};

}  // namespace tessera

struct tessera_arena {
  std::shared_ptr<const tessera::OpenArena> shared;
};

#endif  // RUNTIME_CAPI_OPEN_ARENA_H_
