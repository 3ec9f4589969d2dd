// A model in an arena, ready to be timed.
#ifndef BENCH_BENCHED_MODEL_H_
#define BENCH_BENCHED_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "bench/model_test_case.h"
#include "bench/random_rows.h"
#include "bench/roofline.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/decoder.h"

namespace tessera {

struct ModelOptions {
  Isa isa = Isa::kScalar;
  HugePages huge_pages = HugePages::kAuto;
  int64_t ctx_size = 0;  // the most positions of all tests
  int64_t n_ubatch = 0;  // tokens that go through together; 0: the decoder's
  double sample_seconds = 0.25;  // a shorter pass is repeated within a sample
};

// Follows llama-bench: token ids are random, nothing is sampled, the context is
// cleared before each repetition, and tokens at depth are not timed. Not
// thread-safe.
class BenchedModel {
 public:
  // Messages start with the path. `pool` must outlive the model.
  static absl::StatusOr<std::unique_ptr<BenchedModel>> Open(
      const std::string& path, const ModelOptions& options, ThreadPool& pool);

  // A prefill of the whole prompt, or the generation of one token. Do it for
  // all tests before another model is opened, or its memory counts as this
  // one's.
  absl::Status WarmUp(const ModelTestCase& test);

  // Nanoseconds for one pass of `test`. A pass that is over sooner than
  // sample_seconds is repeated (the context cleared each time), and the mean
  // returned.
  absl::StatusOr<double> Sample(const ModelTestCase& test);

  // The weights that one pass of `test` reads and multiplies.
  Work WorkOf(const ModelTestCase& test) const;

  const std::string& path() const { return arena_->path(); }
  // As of Open, when all hot weights are in memory.
  const LoadReport& load() const { return load_; }
  int64_t n_ubatch() const { return n_ubatch_; }

  // "auto" if the arena was made so, else the order of most of the hot weights.
  const std::string& layout() const { return layout_; }
  // As in llama-bench: "llama 1.10 B Q4_K", by the type of most weights.
  const std::string& description() const { return description_; }
  uint64_t size() const { return size_; }  // bytes of all tensors
  uint64_t parameters() const { return parameters_; }
  uint64_t weight_bytes_per_token() const {
    return decoder_->weight_bytes_per_token();
  }

  // What opening and warming up added to this process: file pages that it maps,
  // activations, key/value cache.
  uint64_t resident_bytes() const { return resident_bytes_; }

 private:
  BenchedModel(std::unique_ptr<LoadedArena> arena,
               std::unique_ptr<Decoder> decoder, const ModelOptions& options);

  void Describe();
  absl::Status Prefill(int64_t tokens);
  absl::Status Generate(int64_t tokens);
  // Nanoseconds of one pass; the depth is filled before.
  absl::StatusOr<double> TimePass(const ModelTestCase& test);

  std::unique_ptr<LoadedArena> arena_;
  LoadReport load_;
  std::unique_ptr<Decoder> decoder_;
  int64_t n_ubatch_;
  double sample_seconds_;
  RandomSequence random_{3};
  std::vector<int32_t> ids_;

  std::string layout_;
  std::string description_;
  uint64_t size_ = 0;
  uint64_t parameters_ = 0;
  Work layer_work_;   // of one token through all layers
  Work output_work_;  // of one row of logits
  uint64_t resident_before_ = 0;
  uint64_t resident_bytes_ = 0;
};

}  // namespace tessera

#endif  // BENCH_BENCHED_MODEL_H_
