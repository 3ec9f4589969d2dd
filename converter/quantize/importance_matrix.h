// Importance matrices: how much each column of a matrix matters, measured by
// running a model over text (llama-imatrix).
#ifndef CONVERTER_QUANTIZE_IMPORTANCE_MATRIX_H_
#define CONVERTER_QUANTIZE_IMPORTANCE_MATRIX_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "converter/quantize/model_summary.h"

namespace tessera {

// Mean squared activations per tensor and column, normalised as llama-quantize
// does it (tools/quantize/quantize.cpp), so that quantizers get the same bits.
// Immutable; safe to use from several threads.
class ImportanceMatrix {
 public:
  // Parses a GGUF file with the tensors NAME.in_sum2 (columns, experts) and
  // NAME.counts (experts), or llama-imatrix's older binary format. An expert
  // without a count, which saw no text, has importance 1 throughout. DataLoss
  // if the file is damaged, is something else, or has values that are negative
  // or not finite.
  static absl::StatusOr<ImportanceMatrix> Parse(
      absl::Span<const uint8_t> bytes);

  // The file `path`, with its origin. Messages start with the path.
  static absl::StatusOr<std::shared_ptr<const ImportanceMatrix>> ReadFile(
      const std::string& path);

  // The weights of the `columns` columns of matrix number `matrix` (0 but for
  // experts) of `tensor`; empty if there are none that fit.
  absl::Span<const float> Find(absl::string_view tensor, uint64_t matrix,
                               uint64_t columns) const;

  // Values of `tensor` over all its matrices, 0 if it has none.
  uint64_t CountOf(absl::string_view tensor) const;

  // InvalidArgument, naming a tensor, if this was not made for a model with
  // these tensors: some have the wrong number of values. As in llama-quantize
  // embeddings may, and tensors may have none at all.
  absl::Status CheckFits(absl::Span<const TensorSummary> tensors) const;

  uint64_t tensors() const { return values_.size(); }

  // A sentence about those of `tensors` of whose matrices some have no
  // importance in any column, such as those of experts that saw no text: how
  // many, and which is the first. Empty if there are none.
  std::string UnseenNote(absl::Span<const TensorSummary> tensors) const;

  // For the manifest, from ReadFile: "NAME sha256:HEX", the name without
  // folders.
  const std::string& origin() const { return origin_; }

  // What the metadata of a model that is quantized with it tells: the path that
  // was given to ReadFile, the first of the data sets, or "" if none is named,
  // and the number of chunks of text, 0 if that is not told.
  const std::string& path() const { return path_; }
  const std::string& data_set() const { return data_set_; }
  uint32_t chunks() const { return chunks_; }

 private:
  using Values = absl::flat_hash_map<std::string, std::vector<float>>;

  absl::Status ParseGgufForm(absl::Span<const uint8_t> bytes);
  absl::Status ParseLegacyForm(absl::Span<const uint8_t> bytes);

  Values values_;  // matrix after matrix
  std::string origin_;
  std::string path_;
  std::string data_set_;
  uint32_t chunks_ = 0;
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_IMPORTANCE_MATRIX_H_
