// The shape of a model: what a benchmark has to know of it.
#ifndef BENCH_MODEL_SHAPE_H_
#define BENCH_MODEL_SHAPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// A weight matrix, and how often a token is multiplied by one of its size.
struct ShapeMatrix {
  std::string name;  // GGUF's, without "blk.N." and ".weight"
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t times_per_token = 0;
};

struct ModelShape {
  std::string name;
  std::vector<ShapeMatrix> matrices;  // at least one
  // Empty (hidden_size 0) if the text names no hyper-parameters: enough to
  // measure kernels, not to make a model.
  ModelConfig model;

  bool has_model() const { return model.hidden_size() != 0; }
};

// Parses the text of a shape. A line is
//   a matrix:           NAME ROWS COLUMNS TIMES_PER_TOKEN
//   a hyper-parameter:  NAME VALUE   (Hugging Face's name, an integer)
//   the architecture:   model_type NAME   (GGUF's name; else "llama")
// or empty; '#' starts a comment. If hyper-parameters are given, all of
// hidden_size, intermediate_size, num_hidden_layers, num_attention_heads,
// num_key_value_heads and vocab_size must be. InvalidArgument, naming the line,
// for anything else.
absl::StatusOr<ModelShape> ParseModelShape(absl::string_view name,
                                           absl::string_view text);

// The matrices that a model of this configuration multiplies a token by, in the
// order of execution. What a shape's file should list. Errors of TensorsOf.
absl::StatusOr<std::vector<ShapeMatrix>> MatricesOf(const ModelConfig& model);

}  // namespace tessera

#endif  // BENCH_MODEL_SHAPE_H_
