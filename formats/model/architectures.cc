// The architectures that are described, of all families.
#include <algorithm>
#include <vector>

#include "formats/model/architecture.h"
#include "formats/model/architecture_tables.h"

namespace tessera {

// Where several have one name in GGUF, the first is the one that GGUF files
// are.
absl::Span<const Architecture> AllArchitectures() {
  static const auto& all = *[] {
    auto* rows = new std::vector<Architecture>();
    for (const auto& family :
         {GatedArchitectures(), GemmaArchitectures(), LayerNormArchitectures(),
          ExpertArchitectures()}) {
      rows->insert(rows->end(), family.begin(), family.end());
    }
    const auto by_name = [](const Architecture& a, const Architecture& b) {
      return a.name < b.name;
    };
    std::stable_sort(rows->begin(), rows->end(), by_name);
    return rows;
  }();
  return all;
}

bool ListsRole(const Architecture& architecture, TensorRole role) {
  for (const TensorSpecs specs : architecture.tensors) {
    for (const TensorSpec& spec : specs) {
      if (spec.role == role) return true;
    }
  }
  return false;
}

bool ListsTensor(const Architecture& architecture, TensorRole role,
                 TensorPart part) {
  for (const TensorSpecs specs : architecture.tensors) {
    for (const TensorSpec& spec : specs) {
      if (spec.role == role && spec.part == part) return true;
    }
  }
  return false;
}

const Architecture* FindArchitecture(absl::string_view name) {
  for (const Architecture& architecture : AllArchitectures()) {
    if (architecture.name == name) return &architecture;
  }
  return nullptr;
}

const Architecture* FindHuggingFaceArchitecture(absl::string_view model_type) {
  for (const Architecture& architecture : AllArchitectures()) {
    for (const absl::string_view type : architecture.hugging_face_types) {
      if (type == model_type) return &architecture;
    }
  }
  return nullptr;
}

}  // namespace tessera
