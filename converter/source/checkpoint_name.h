// Names of tensors in Hugging Face checkpoints, however they are wrapped.
#ifndef CONVERTER_SOURCE_CHECKPOINT_NAME_H_
#define CONVERTER_SOURCE_CHECKPOINT_NAME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_name.h"

namespace tessera {

// What the names of one checkpoint have in common. All of them begin alike: a
// text model may be a part of a larger one ("language_model.model.layers.0",
// "model.language_model.layers.0"), saved without what runs it ("layers.0"),
// under another root than its class has ("transformer.layers.0"), or wrapped by
// what trained it ("_orig_mod.module.model.layers.0").
class CheckpointNames {
 public:
  // `names` are those of all tensors; `architecture` must outlive this.
  CheckpointNames(const std::vector<absl::string_view>& names,
                  const Architecture& architecture);

  // As ParseHuggingFaceName. A name that begins neither as most do nor as those
  // of the architecture is not known.
  std::optional<TensorName> Parse(absl::string_view name) const;

  // True for a name of the text model in a checkpoint of several modalities,
  // whether Parse knows it or not.
  bool IsInTextModel(absl::string_view name) const;

  // `name` without what wraps all names, or modules within them.
  std::string Unwrapped(absl::string_view name) const;

 private:
  // Names begin with `prefix` where those of `architecture` have `own`.
  struct Root {
    absl::string_view prefix;
    absl::string_view own;
  };

  std::optional<TensorName> ParseUnder(const Root& root,
                                       absl::string_view name) const;
  void FindWrapper(const std::vector<absl::string_view>& names);
  void FindRoot(const std::vector<absl::string_view>& names);

  const Architecture& architecture_;
  std::string wrapper_;  // before all names
  Root root_ = {"", ""};
};

}  // namespace tessera

#endif  // CONVERTER_SOURCE_CHECKPOINT_NAME_H_
