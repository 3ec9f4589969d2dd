#include "converter/zero_tensors.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

constexpr size_t kNamed = 3;

// Where the zeros at the end of a file begin.
uint64_t EndOfContent(absl::Span<const uint8_t> bytes) {
  uint64_t end = bytes.size();
  while (end > 0 && bytes[end - 1] == 0) --end;
  return end;
}

// Where the last part of `tensor` begins that lies in `file`; 0: none does.
uint64_t BeginIn(const SourceTensor& tensor, size_t file) {
  uint64_t begin = 0;
  for (const SourcePart& part : tensor.parts) {
    if (part.file == file) begin = std::max(begin, part.offset);
  }
  return begin;
}

}  // namespace

std::string ZeroTensorsNote(const WeightSource& source,
                            absl::Span<const size_t> tensors) {
  size_t count = 0;
  std::string names;
  std::set<size_t> files;
  for (const size_t index : tensors) {
    const SourceTensor& tensor = source.tensors[index];
    if (absl::EndsWith(tensor.name, ".bias")) continue;
    if (++count <= kNamed) {
      absl::StrAppend(&names, count == 1 ? "" : ", ", tensor.source_name);
    }
    for (const SourcePart& part : tensor.parts) files.insert(part.file);
  }
  if (count == 0) return "";
  std::string note = absl::StrCat(
      count, count == 1 ? " tensor has" : " tensors have",
      " no weight but zeros: ", names, count > kNamed ? ", ..." : "");
  for (const size_t file : files) {
    const uint64_t end = EndOfContent(source.files[file].bytes());
    for (const size_t index : tensors) {
      // Padding behind the last tensor is nothing to speak of.
      if (BeginIn(source.tensors[index], file) < end) continue;
      absl::StrAppend(&note, "; ", source.files[file].path(),
                      " is zeros from byte ", end,
                      " to its end: was it downloaded to its end?");
      break;
    }
  }
  return note;
}

}  // namespace tessera
