#include "converter/source_digests.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/worker_threads.h"

namespace tessera {
namespace {

// Hashed between two looks at what can be dropped.
constexpr uint64_t kPieceBytes = uint64_t{4} << 20;

}  // namespace

SourceDigests::SourceDigests(const WeightSource& source,
                             std::vector<bool> wanted, int threads)
    : source_(source),
      wanted_(std::move(wanted)),
      digests_(source.files.size()),
      files_(source.files.size()),
      parts_left_(source.tensors.size()),
      released_(source.tensors.size()) {
  for (size_t i = 0; i < source.tensors.size(); ++i) {
    const SourceTensor& tensor = source.tensors[i];
    for (size_t j = 0; j < tensor.parts.size(); ++j) {
      const SourcePart& part = tensor.parts[j];
      if (!wanted_[part.file]) continue;
      files_[part.file].parts.push_back({part.offset + tensor.PartBytes(j), i});
      ++parts_left_[i];
    }
  }
  for (File& file : files_) {
    std::sort(file.parts.begin(), file.parts.end(),
              [](const PartEnd& a, const PartEnd& b) { return a.end < b.end; });
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
  for (; file.next_part < file.parts.size(); ++file.next_part) {
    const PartEnd& part = file.parts[file.next_part];
    if (part.end > hashed) break;
    if (--parts_left_[part.tensor] == 0 && released_[part.tensor]) {
      source_.Drop(source_.tensors[part.tensor]);
    }
  }
}

void SourceDigests::Release(size_t index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  released_[index] = true;
  if (parts_left_[index] == 0) source_.Drop(source_.tensors[index]);
}

}  // namespace tessera
