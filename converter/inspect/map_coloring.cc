#include "converter/inspect/map_coloring.h"

#include <algorithm>
#include <iterator>

#include "formats/model/tensor_name.h"

namespace tessera {
namespace {

constexpr double kOddLayerLighter = 0.22;

// Up to a ratio of so many dB.
struct Step {
  double below;
  absl::string_view name;
  Color color;
};

constexpr Step kScale[] = {
    {15, "below 15 dB", {0x48, 0x24, 0x75}},
    {20, "15 to 20 dB", {0x41, 0x44, 0x87}},
    {25, "20 to 25 dB", {0x2a, 0x78, 0x8e}},
    {30, "25 to 30 dB", {0x22, 0xa8, 0x84}},
    {40, "30 to 40 dB", {0x7a, 0xd1, 0x51}},
    {1e300, "above 40 dB", {0xe5, 0xd9, 0x19}},
};
constexpr Step kExact = {0, "exact", {0x94, 0xa3, 0xb8}};

// Okabe and Ito's colours, which colour-blind people can tell.
constexpr Color kSections[] = {
    {0xe6, 0x9f, 0x00}, {0x56, 0xb4, 0xe9}, {0x00, 0x9e, 0x73},
    {0xcc, 0x79, 0xa7}, {0x00, 0x72, 0xb2}, {0xd5, 0x5e, 0x00},
};

// What was not quantized, or lost nothing, is exact. A ratio that is no number
// is the worst.
const Step& StepOf(const TensorDescription& tensor) {
  if (!tensor.error.has_value() || tensor.error->rmse == 0) return kExact;
  for (const Step& step : kScale) {
    if (!(tensor.error->snr_db >= step.below)) return step;
  }
  return kExact;
}

Color ColorOfSection(size_t section) {
  return kSections[section % std::size(kSections)];
}

}  // namespace

std::optional<MapColor> MapColorFromName(absl::string_view name) {
  if (name == "type") return MapColor::kType;
  if (name == "section") return MapColor::kSection;
  if (name == "snr") return MapColor::kSnr;
  return std::nullopt;
}

bool HasErrors(const FileDescription& file) {
  return std::any_of(
      file.tensors.begin(), file.tensors.end(),
      [](const TensorDescription& tensor) { return tensor.error.has_value(); });
}

Color MapColoring::Of(const TensorDescription& tensor) const {
  if (by_ == MapColor::kSnr) return StepOf(tensor).color;
  const Color color = by_ == MapColor::kType ? ColorOfType(tensor.type)
                                             : ColorOfSection(tensor.section);
  const bool is_odd = GuessedLayerOf(tensor.name).value_or(0) % 2 == 1;
  return is_odd ? color.Lighter(kOddLayerLighter) : color;
}

std::vector<MapColoring::Total> MapColoring::Totals() const {
  std::vector<Total> totals;
  if (by_ == MapColor::kType) {
    for (const TypeTotal& type : TotalsByType(file_)) {
      totals.push_back(
          {ColorOfType(type.type), type.type, type.tensors, type.bytes});
    }
    return totals;
  }
  if (by_ == MapColor::kSection) {
    for (size_t i = 0; i < file_.sections.size(); ++i) {
      totals.push_back({ColorOfSection(i), file_.sections[i].name, 0, 0});
    }
  } else {
    for (const Step& step : kScale) {
      totals.push_back({step.color, std::string(step.name), 0, 0});
    }
    totals.push_back({kExact.color, std::string(kExact.name), 0, 0});
  }
  for (const TensorDescription& tensor : file_.tensors) {
    const size_t entry =
        by_ == MapColor::kSection
            ? tensor.section
            : static_cast<size_t>(std::find_if(totals.begin(), totals.end(),
                                               [&tensor](const Total& total) {
                                                 return total.name ==
                                                        StepOf(tensor).name;
                                               }) -
                                  totals.begin());
    totals[entry].tensors += 1;
    totals[entry].bytes += tensor.bytes;
  }
  std::erase_if(totals, [](const Total& total) { return total.tensors == 0; });
  return totals;
}

}  // namespace tessera
