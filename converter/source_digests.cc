#include "converter/source_digests.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/digest.h"
#include "base/worker_threads.h"

namespace tessera {
namespace {

// Hashed between two looks at what can be dropped.
constexpr uint64_t kPieceBytes = uint64_t{4} << 20;

uint64_t EndOf(const SourceTensor& tensor) {
  return tensor.offset + tensor.size;
}

void DropPages(const WeightSource& source, const SourceTensor& tensor) {
  if (!tensor.computed.empty()) return;
  source.files[tensor.file].DropPages(tensor.offset, tensor.size);
}

}  // namespace

SourceDigests::SourceDigests(const WeightSource& source,
                             std::vector<bool> wanted, int threads)
    : source_(source),
      wanted_(std::move(wanted)),
      digests_(source.files.size()),
      files_(source.files.size()),
      released_(source.tensors.size()) {
  for (size_t i = 0; i < source.tensors.size(); ++i) {
    if (!source.tensors[i].computed.empty()) continue;
    files_[source.tensors[i].file].tensors.push_back(i);
  }
  for (size_t i = 0; i < files_.size(); ++i) {
    File& file = files_[i];
    std::sort(file.tensors.begin(), file.tensors.end(),
              [&](size_t a, size_t b) {
                return EndOf(source.tensors[a]) < EndOf(source.tensors[b]);
              });
    if (wanted_[i]) continue;
    file.hashed = std::numeric_limits<uint64_t>::max();
    file.next_tensor = file.tensors.size();
  }
  threads_ = StartThreads(threads, [this] { HashFiles(); });
}

SourceDigests::~SourceDigests() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

std::vector<std::string> SourceDigests::Wait() {
  HashFiles();  // helps, and does all if there are no threads
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return digests_;
}

void SourceDigests::HashFiles() {
  for (size_t i = next_file_++; i < digests_.size() && !stop_;
       i = next_file_++) {
    if (wanted_[i]) HashFile(i);
  }
}

void SourceDigests::HashFile(size_t index) {
  const absl::Span<const uint8_t> bytes = source_.files[index].bytes();
  Sha256Stream hash;
  for (uint64_t done = 0; done < bytes.size() && !stop_;) {
    const absl::Span<const uint8_t> piece = bytes.subspan(done, kPieceBytes);
    hash.Update(piece);
    done += piece.size();
    Advance(index, done);
  }
  digests_[index] = hash.Digest();
}

// Drops the tensors that the hash has passed, if they have been released; the
// others go when they are.
void SourceDigests::Advance(size_t index, uint64_t hashed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  File& file = files_[index];
  file.hashed = hashed;
  for (; file.next_tensor < file.tensors.size(); ++file.next_tensor) {
    const size_t passed = file.tensors[file.next_tensor];
    if (EndOf(source_.tensors[passed]) > hashed) break;
    if (released_[passed]) DropPages(source_, source_.tensors[passed]);
  }
}

void SourceDigests::Release(size_t index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  released_[index] = true;
  const SourceTensor& tensor = source_.tensors[index];
  if (!tensor.computed.empty()) return;
  if (files_[tensor.file].hashed >= EndOf(tensor)) DropPages(source_, tensor);
}

}  // namespace tessera
