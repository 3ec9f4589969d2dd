// The keys of one architecture in GGUF's metadata, and which have been read.
#ifndef FORMATS_MODEL_GGUF_KEYS_H_
#define FORMATS_MODEL_GGUF_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// Names are without the architecture's and its dot, and must outlive the
// object. Errors name the whole key.
class GgufKeys {
 public:
  // `metadata` and `model` must outlive the object.
  GgufKeys(const GgufMetadata& metadata, absl::string_view architecture,
           ModelConfig* model)
      : metadata_(metadata),
        prefix_(absl::StrCat(architecture, ".")),
        model_(*model) {}

  const std::string& prefix() const { return prefix_; }
  std::string Key(absl::string_view name) const {
    return absl::StrCat(prefix_, name);
  }

  // The value, which counts as read then, or nullptr.
  const GgufValue* Find(absl::string_view name) {
    read_.insert(name);
    return metadata_.Find(Key(name));
  }
  bool WasRead(absl::string_view name) const { return read_.contains(name); }

  // Values that are there. DataLoss for one of another type, for a count above
  // kMaxConfigCount, and for one that is not positive, but for 0 if
  // `zero_is_none`.
  absl::StatusOr<uint64_t> GetCount(absl::string_view name,
                                    bool zero_is_none = false) const;
  absl::StatusOr<double> GetNumber(absl::string_view name,
                                   bool zero_is_none = false) const;
  absl::StatusOr<bool> GetFlag(absl::string_view name) const {
    return metadata_.GetBool(Key(name));
  }

  // Adds a sentence to not_understood.
  template <typename... Args>
  void DoNotUnderstand(const Args&... args) {
    model_.add_not_understood(absl::StrCat(args...));
  }
  // That `name` has its value.
  void DoNotUnderstandValue(absl::string_view name);

 private:
  const GgufMetadata& metadata_;
  const std::string prefix_;
  ModelConfig& model_;
  absl::flat_hash_set<absl::string_view> read_;
};

// A value in a message.
std::string ShownGgufValue(const GgufValue& value);

}  // namespace tessera

#endif  // FORMATS_MODEL_GGUF_KEYS_H_
