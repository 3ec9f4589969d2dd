// The tensors that a model of a configuration has.
#ifndef BENCH_MODEL_TENSORS_H_
#define BENCH_MODEL_TENSORS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// A tensor of the model, or of each of its layers.
struct ModelTensor {
  TensorRole role;
  TensorPart part = TensorPart::kWeight;
  std::vector<uint64_t> shape;  // outermost dimension first
};

// What the architecture of `model` lists, in the order in which a token reads
// it. Of what is optional, biases and the output matrix, unless the embedding
// stands in for it. InvalidArgument for an architecture that is not described;
// Unimplemented for one whose shapes do not follow from the configuration,
// naming the tensor.
absl::StatusOr<std::vector<ModelTensor>> TensorsOf(const ModelConfig& model);

}  // namespace tessera

#endif  // BENCH_MODEL_TENSORS_H_
