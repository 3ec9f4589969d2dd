// A model as it was downloaded: its tensors, configuration and tokenizer,
// whatever the file format.
#ifndef CONVERTER_SOURCE_WEIGHT_SOURCE_H_
#define CONVERTER_SOURCE_WEIGHT_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/mapped_file.h"
#include "converter/source/float8_scales.h"
#include "converter/source/part_form.h"
#include "formats/arena/attachment.h"
#include "formats/arena/manifest.pb.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

// One tensor of a source. `shape` has the outermost dimension first; rows are
// runs of the innermost one.
struct SourceTensor {
  std::string name;          // GGUF's, which arenas use
  std::string source_name;   // as the file spells it
  DType type = DType::kF32;  // of the rows that are read
  std::vector<uint64_t> shape;

  // Where its matrices begin, row 0 first (row tile 0, if packed): one part for
  // all of them, or one for each, of the same size (experts of a mixture).
  std::vector<SourcePart> parts;
  uint64_t size = 0;  // bytes in the files, without gaps

  // Nonzero: rows of each of so many heads are stored as (first half, second
  // half), and ReadRows returns them as interleaved pairs, as GGUF has them. Of
  // a vector, its elements.
  uint64_t rope_heads = 0;

  // Nonzero: rows are stored head by head, query, key and value of each, and
  // ReadRows returns those of all queries, then keys, then values. Of a vector,
  // its elements.
  uint64_t qkv_heads = 0;

  // The file has the columns of `shape` as rows, of elements that stand alone.
  bool transposed = false;

  // The bytes are F8 and belong to these scales; `type` is BF16.
  std::optional<Float8Scales> scales;

  // Nonempty: how each part is stored, where parts differ. `type` holds the
  // values of all, and ReadRows widens them to it; `scales` is not set.
  std::vector<PartForm> forms;

  // How the bytes lie: rowmajor, but for tensors of an arena.
  TensorLayout layout;

  // Of an arena that was quantized when it was made: what that cost.
  std::optional<QuantizationError> error;

  // Of an arena: XXH3-128 of its row-major blocks. Empty: not known.
  std::string rowmajor_xxh128;

  // Name and rows are the source's own, because its architecture is not known.
  bool unmapped = false;

  // A value that is computed, not read; there are no parts then. For
  // rope_freqs.weight of Hugging Face models.
  std::vector<float> computed;

  uint64_t columns() const { return shape.empty() ? 1 : shape.back(); }
  uint64_t rows_per_matrix() const {
    return shape.size() < 2 ? 1 : shape[shape.size() - 2];
  }
  uint64_t matrices() const;
  uint64_t rows() const { return matrices() * rows_per_matrix(); }

  // Bytes of parts[part] in its file.
  uint64_t PartBytes(size_t part) const;
};

// Owns the mapped files that its tensors refer to. Movable. Const access is
// thread-safe.
struct WeightSource {
  std::string format;  // "gguf", "huggingface", "safetensors", "arena"
  std::vector<MappedFile> files;
  std::vector<SourceTensor> tensors;
  std::optional<ModelConfig> model;
  std::optional<TokenizerData> tokenizer;
  std::vector<SourceMetadata> metadata;
  // Of GGUF: for each of `files`, what it takes to make it again, if it takes
  // anything.
  std::vector<std::optional<GgufFileLayout>> gguf_layouts;
  // Of an arena: what it was made from. Empty otherwise.
  std::optional<Source> origin;
  // Files that are kept as they are. Of an arena: those that it has.
  std::vector<PackedAttachment> attachments;
  // For the user: what is missing or not understood, in whole sentences.
  std::vector<std::string> notes;
  // The first of them because of which no program here runs the model, beside
  // what ModelConfig.not_understood says. Empty: none is known.
  std::string why_not_run;

  // Adds such a note.
  void AddNotRun(std::string note);

  // The file that `tensor` begins in; "" of a computed one.
  std::string PathOf(const SourceTensor& tensor) const;
  // What cannot be right in the configuration of an architecture that is
  // described, so that there is no `model`.
  absl::Status model_error;
  // Why there is no tokenizer, if the source has one that is not supported.
  std::string unsupported_tokenizer;
  // No model was asked for, or an arena holds none for that reason: tensors
  // have the names and rows of the files.
  bool tensors_only = false;

  // Writes the row-major blocks of rows [first_row, first_row + count) of
  // `tensor` to `rows` (count * RowBytes). Rows of all matrices are numbered
  // through.
  void ReadRows(const SourceTensor& tensor, uint64_t first_row, uint64_t count,
                uint8_t* rows) const;

  // The bytes that ReadRows would write, where they lie in the file one after
  // another; valid while the source lives, at any alignment. Empty where they
  // have to be put together.
  absl::Span<const uint8_t> RowsInPlace(const SourceTensor& tensor,
                                        uint64_t first_row,
                                        uint64_t count) const;

  // Asks the kernel to start reading the tensor's bytes from the disk.
  void WillNeed(const SourceTensor& tensor) const;

  // Tells the kernel that the tensor's bytes are not needed any more. They can
  // still be read, slowly.
  void Drop(const SourceTensor& tensor) const;
};

}  // namespace tessera

#endif  // CONVERTER_SOURCE_WEIGHT_SOURCE_H_
