#include "converter/gguf_split_form.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/checked_math.h"
#include "base/counted.h"
#include "base/progress.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/gguf/gguf_split.h"

namespace tessera {
namespace {

// Five digits, and 16 bits, have room for so many.
constexpr size_t kMaxFiles = 65535;

class Splitter {
 public:
  Splitter(const WeightSource& source, const GgufSplitLimits& limits,
           GgufPlan* plan)
      : source_(source), limits_(limits), plan_(*plan) {}

  absl::Status Split();

 private:
  // Runs of the tensors of the file.
  std::vector<std::vector<size_t>> Cut();
  uint64_t BytesOf(size_t tensor) const;
  void NoteLarge(size_t tensor);
  void WarnOfLarge();

  const WeightSource& source_;
  const GgufSplitLimits& limits_;
  GgufPlan& plan_;
  uint64_t large_ = 0;  // tensors that alone are larger than the limit
  size_t largest_ = 0;
};

// With the padding behind it.
uint64_t Splitter::BytesOf(size_t tensor) const {
  const uint64_t bytes =
      TensorBytes(plan_.types[tensor], source_.tensors[tensor].shape)
          .value_or(0);
  return RoundUp(bytes, uint64_t{kGgufDefaultAlignment});
}

void Splitter::NoteLarge(size_t tensor) {
  if (large_++ == 0 || BytesOf(tensor) > BytesOf(largest_)) largest_ = tensor;
}

std::vector<std::vector<size_t>> Splitter::Cut() {
  std::vector<std::vector<size_t>> runs(1);
  uint64_t bytes = 0;
  for (const size_t tensor : plan_.files.front().tensors) {
    const uint64_t more = BytesOf(tensor);
    const bool is_full =
        limits_.max_bytes != 0
            ? !runs.back().empty() && bytes + more > limits_.max_bytes
            : runs.back().size() == limits_.max_tensors;
    if (is_full) {
      runs.emplace_back();
      bytes = 0;
    }
    if (limits_.max_bytes != 0 && more > limits_.max_bytes) NoteLarge(tensor);
    bytes += more;
    runs.back().push_back(tensor);
  }
  return runs;
}

void Splitter::WarnOfLarge() {
  if (large_ == 0) return;
  const std::string& name = source_.tensors[largest_].name;
  plan_.warnings.push_back(
      absl::StrCat("--split_max_size: ", Counted(large_, "tensor"),
                   large_ == 1 ? " is" : " are",
                   " larger, and a tensor is never split: the file of ", name,
                   " has ", HumanBytes(BytesOf(largest_))));
}

absl::Status Splitter::Split() {
  std::vector<std::vector<size_t>> runs = Cut();
  if (runs.size() > kMaxFiles) {
    return absl::InvalidArgumentError(absl::StrCat(
        limits_.max_bytes != 0 ? "--split_max_size" : "--split_max_tensors",
        ": would make ", Counted(runs.size(), "file"), ", and a set has ",
        kMaxFiles, " at most; give a larger one"));
  }
  WarnOfLarge();
  GgufPlanFile whole = std::move(plan_.files.front());
  absl::string_view prefix = whole.path;
  absl::ConsumeSuffix(&prefix, ".gguf");
  const std::vector<std::string> paths =
      GgufSplitFileNames({.prefix = std::string(prefix),
                          .number = 1,
                          .count = static_cast<uint32_t>(runs.size())});
  plan_.files.clear();
  for (size_t i = 0; i < runs.size(); ++i) {
    GgufPlanFile& file = plan_.files.emplace_back();
    file.path = paths[i];
    if (i == 0) file.metadata = std::move(whole.metadata);
    SetGgufSplitKeys({.number = static_cast<uint32_t>(i),
                      .count = static_cast<uint32_t>(runs.size()),
                      .tensor_count = whole.tensors.size()},
                     &file.metadata);
    file.tensors = std::move(runs[i]);
    file.trims_shapes = true;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status GiveSplitForm(const WeightSource& source,
                           const GgufSplitLimits& limits, GgufPlan* plan) {
  return Splitter(source, limits, plan).Split();
}

}  // namespace tessera
