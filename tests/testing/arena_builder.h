// Makes small arenas in memory, whole and valid, to be damaged by tests.
#ifndef TESTS_TESTING_ARENA_BUILDER_H_
#define TESTS_TESTING_ARENA_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "formats/arena/manifest.pb.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

struct BuiltTensor {
  std::string name;
  DType type;
  LayoutOrder order;
  std::vector<uint64_t> shape;
};

// Tensors get pseudo-random contents that depend on their names only. Aborts on
// a spec that no layout takes: that is a mistake in the test.
class ArenaBuilder {
 public:
  // Ends the section before; tensors go into the new one.
  void BeginSection(Section::Kind kind);

  void Add(const BuiltTensor& spec);

  // A fused group whose members lie one after another.
  void AddSequence(const std::string& group,
                   const std::vector<BuiltTensor>& specs);

  // A fused group whose members alternate by row tile; all have equally many.
  void AddAlternating(const std::string& group,
                      const std::vector<BuiltTensor>& specs);

  // Adds a file to the section.
  void Attach(const std::string& name, const std::string& content);

  // The manifest, with all hashes. Tests change it before FileWith.
  Manifest Finish();

  // The sections' bytes with `manifest` and a header that fits it.
  std::vector<uint8_t> FileWith(const Manifest& manifest) const;

  // The bytes of tensor `name` as row-major blocks.
  static std::vector<uint8_t> RowMajorBytes(const BuiltTensor& spec);

 private:
  void EndSection();
  Tensor* AddTensor(const BuiltTensor& spec, const TensorLayout& layout,
                    uint64_t offset);
  void Pack(const BuiltTensor& spec, const TensorLayout& layout,
            uint64_t offset);

  Manifest manifest_;
  std::vector<uint8_t> data_;  // of the file, up to the manifest
};

// A hot section with interleaved and row-major tensors, a sequence
// ("blk.0.attn_qkv") and an alternating group ("blk.0.ffn_gate_up"), and a cold
// section with an embedding and a tensor of three dimensions.
ArenaBuilder SmallArena();

// A hot section with a sequence of a transposed and a swizzled matrix
// ("group"), a transposed INT8 matrix and a swizzled tensor of three
// dimensions.
ArenaBuilder ArenaOfSpreadTiles();

// Replaces the CRC of a header whose other bytes a test has changed.
void RepairHeaderCrc(std::vector<uint8_t>& file);

}  // namespace tessera

#endif  // TESTS_TESTING_ARENA_BUILDER_H_
