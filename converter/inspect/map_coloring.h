// Which colour a tensor has on the map of its file.
#ifndef CONVERTER_INSPECT_MAP_COLORING_H_
#define CONVERTER_INSPECT_MAP_COLORING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "converter/inspect/file_description.h"
#include "converter/inspect/type_palette.h"

namespace tessera {

enum class MapColor {
  kType,     // by stored type, every other layer lighter
  kSection,  // by the section of the file, every other layer lighter
  kSnr,      // by signal-to-noise ratio, on a scale
};

// "type", "section", "snr"; nullopt for anything else.
std::optional<MapColor> MapColorFromName(absl::string_view name);

// True if a tensor of the file records what quantization has cost.
bool HasErrors(const FileDescription& file);

// The scale of signal-to-noise ratios is the same for all files. Its lightness
// grows with the ratio, and it is one that colour-blind people can tell
// (viridis).
class MapColoring {
 public:
  // `file` must outlive it.
  MapColoring(const FileDescription& file, MapColor by)
      : file_(file), by_(by) {}

  Color Of(const TensorDescription& tensor) const;

  // An entry of the legend: all tensors of one colour, layers aside.
  struct Total {
    Color color = {0, 0, 0};
    std::string name;
    uint64_t tensors = 0;
    uint64_t bytes = 0;
  };
  // Types with most bytes first, sections in their order, ratios from low to
  // high. Those without tensors are left out.
  std::vector<Total> Totals() const;

 private:
  const FileDescription& file_;
  const MapColor by_;
};

}  // namespace tessera

#endif  // CONVERTER_INSPECT_MAP_COLORING_H_
