// SHA-256 of the input, computed while it is converted.
#ifndef CONVERTER_SOURCE_DIGESTS_H_
#define CONVERTER_SOURCE_DIGESTS_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/types/span.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Threads that hash the files of a source, each front to back. A file's pages
// are dropped behind the hash and behind whoever converts, by the one that
// comes last, so that each byte is read from the disk once if memory allows.
// Thread-safe.
class SourceDigests {
 public:
  // Starts hashing the files of which `wanted` is true; there are as many as
  // source.files. `source` must outlive the object.
  SourceDigests(const WeightSource& source, std::vector<bool> wanted,
                int threads);

  // Stops early.
  ~SourceDigests();
  SourceDigests(const SourceDigests&) = delete;
  SourceDigests& operator=(const SourceDigests&) = delete;

  // Tensor `index` of the source will not be read any more.
  void Release(size_t index);

  // Waits until all files are hashed. Empty strings for those not wanted.
  std::vector<std::string> Wait();

 private:
  // A part of a tensor that ends at this byte of a file.
  struct PartEnd {
    uint64_t end;
    size_t tensor;
  };
  struct File {
    std::vector<PartEnd> parts;  // by their ends
    size_t next_part = 0;        // the first that the hash has not passed
  };

  void HashFiles();
  void HashFile(size_t index);
  void Advance(size_t index, uint64_t hashed);

  const WeightSource& source_;
  const std::vector<bool> wanted_;
  std::vector<std::string> digests_;
  std::atomic<size_t> next_file_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // guards the next three
  std::vector<File> files_;
  std::vector<size_t> parts_left_;  // of each tensor, to be hashed
  std::vector<bool> released_;      // tensors
  std::vector<std::thread> threads_;
};

}  // namespace tessera

#endif  // CONVERTER_SOURCE_DIGESTS_H_
