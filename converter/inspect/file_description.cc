#include "converter/inspect/file_description.h"

#include <algorithm>

namespace tessera {

std::vector<TypeTotal> TotalsByType(const FileDescription& file) {
  std::vector<TypeTotal> totals;
  for (const TensorDescription& tensor : file.tensors) {
    auto total = std::find_if(
        totals.begin(), totals.end(),
        [&tensor](const TypeTotal& t) { return t.type == tensor.type; });
    if (total == totals.end()) {
      totals.push_back({tensor.type, 0, 0, 0});
      total = totals.end() - 1;
    }
    total->tensors += 1;
    total->weights += tensor.weights;
    total->bytes += tensor.bytes;
  }
  std::stable_sort(
      totals.begin(), totals.end(),
      [](const TypeTotal& a, const TypeTotal& b) { return a.bytes > b.bytes; });
  return totals;
}

}  // namespace tessera
