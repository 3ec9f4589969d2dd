#include "converter/zero_tensors.h"

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

constexpr size_t kNamed = 3;

// Matrices with fewer bytes are zeros now and then.
constexpr uint64_t kLeastMatrix = 64;

// Tensors with fewer bytes at the end of a file say nothing of its download.
constexpr uint64_t kLeastTail = 4096;

// Where the zeros at the end of a file begin.
uint64_t EndOfContent(absl::Span<const uint8_t> bytes) {
  uint64_t end = bytes.size();
  while (end > 0 && bytes[end - 1] == 0) --end;
  return end;
}

// Vectors, biases above all, are zeros in many models.
bool IsVector(const SourceTensor& tensor) {
  return tensor.shape.size() < 2 || absl::EndsWith(tensor.name, ".bias");
}

// How many bytes of `tensor` lie in `file` from `end` on.
uint64_t BytesFrom(const SourceTensor& tensor, size_t file, uint64_t end) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < tensor.parts.size(); ++i) {
    const SourcePart& part = tensor.parts[i];
    if (part.file == file && part.offset >= end) bytes += tensor.PartBytes(i);
  }
  return bytes;
}

// The zeros at the end of a file.
struct Tail {
  uint64_t begin = 0;
  uint64_t bytes = 0;           // of tensors; padding is nothing to speak of
  std::vector<size_t> tensors;  // indices into source.tensors
};

Tail FindTail(const WeightSource& source, absl::Span<const size_t> tensors,
              size_t file) {
  Tail tail;
  tail.begin = EndOfContent(source.files[file].bytes());
  for (const size_t index : tensors) {
    const uint64_t bytes = BytesFrom(source.tensors[index], file, tail.begin);
    if (bytes == 0) continue;
    tail.bytes += bytes;
    tail.tensors.push_back(index);
  }
  return tail;
}

// Whether the file may have been cut off. A single vector is not enough.
bool IsSuspicious(const WeightSource& source, const Tail& tail) {
  if (tail.bytes < kLeastTail) return false;
  return tail.tensors.size() > 1 ||
         !IsVector(source.tensors[tail.tensors.front()]);
}

// The tails of files that may have been cut off, by the files' indices.
std::map<size_t, Tail> SuspiciousTails(const WeightSource& source,
                                       absl::Span<const size_t> tensors) {
  std::set<size_t> files;
  for (const size_t index : tensors) {
    for (const SourcePart& part : source.tensors[index].parts) {
      files.insert(part.file);
    }
  }
  std::map<size_t, Tail> tails;
  for (const size_t file : files) {
    Tail tail = FindTail(source, tensors, file);
    if (IsSuspicious(source, tail)) tails[file] = std::move(tail);
  }
  return tails;
}

}  // namespace

std::string ZeroTensorsNote(const WeightSource& source,
                            absl::Span<const size_t> tensors) {
  const std::map<size_t, Tail> tails = SuspiciousTails(source, tensors);
  std::set<size_t> in_tails;
  for (const auto& [file, tail] : tails) {
    in_tails.insert(tail.tensors.begin(), tail.tensors.end());
  }
  size_t count = 0;
  std::string names;
  for (const size_t index : tensors) {
    const SourceTensor& tensor = source.tensors[index];
    const bool is_told = (!IsVector(tensor) && tensor.size >= kLeastMatrix) ||
                         in_tails.contains(index);
    if (!is_told) continue;
    if (++count <= kNamed) {
      absl::StrAppend(&names, count == 1 ? "" : ", ", tensor.source_name);
    }
  }
  if (count == 0) return "";
  std::string note = absl::StrCat(
      count, count == 1 ? " tensor has" : " tensors have",
      " no weight but zeros: ", names, count > kNamed ? ", ..." : "");
  for (const auto& [file, tail] : tails) {
    absl::StrAppend(&note, "; ", source.files[file].path(),
                    " is zeros from byte ", tail.begin,
                    " to its end: was it downloaded to its end?");
  }
  return note;
}

}  // namespace tessera
