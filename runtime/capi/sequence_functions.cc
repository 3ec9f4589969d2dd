// The functions of tessera.h about sequences.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/capi/boundary.h"
#include "runtime/capi/model_context.h"
#include "runtime/capi/tessera.h"
#include "runtime/llm/forward_steps.h"
#include "runtime/model/executor.h"

namespace tessera {
namespace {

bool GoOn() { return false; }

absl::StatusOr<std::vector<Slice>> SlicesOf(const tessera_context& context,
                                            const tessera_slice* from,
                                            size_t count) {
  std::vector<Slice> slices;
  for (size_t i = 0; i < count; ++i) {
    if (from[i].sequence == nullptr || from[i].ids == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("slices[", i, "] has a NULL"));
    }
    if (from[i].sequence->model != context.model) {
      return absl::InvalidArgumentError(
          absl::StrCat("slices[", i, "] is of another context"));
    }
    if (from[i].logit_count > from[i].count) {
      return absl::InvalidArgumentError(absl::StrCat(
          "slices[", i, "] wants logits for more tokens than it has"));
    }
    slices.push_back({&from[i].sequence->get(),
                      absl::MakeConstSpan(from[i].ids, from[i].count),
                      static_cast<int64_t>(from[i].logit_count)});
  }
  if (slices.empty()) return absl::InvalidArgumentError("no slices given");
  return slices;
}

}  // namespace
}  // namespace tessera

tessera_sequence* tessera_context_sequence(tessera_context* context) {
  return context == nullptr ? nullptr : &context->sequence;
}

tessera_status tessera_sequence_new(tessera_context* context,
                                    tessera_sequence** sequence,
                                    tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"context", context}, {"sequence", sequence}}, [&] {
        *sequence = new tessera_sequence{
            context->model, context->model->decoder().NewSequence()};
        return absl::OkStatus();
      });
}

void tessera_sequence_free(tessera_sequence* sequence) {
  if (sequence != nullptr && sequence->own != nullptr) delete sequence;
}

int64_t tessera_sequence_position(const tessera_sequence* sequence) {
  return sequence == nullptr ? 0 : sequence->get().position();
}

tessera_status tessera_sequence_trim(tessera_sequence* sequence,
                                     int64_t position, tessera_error* error) {
  return tessera::AtBoundary(error, {{"sequence", sequence}}, [&] {
    return tessera::TrimSequence(position, sequence->get());
  });
}

tessera_status tessera_forward_batch(tessera_context* context,
                                     const tessera_slice* slices, size_t count,
                                     const float** logits,
                                     tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"context", context}, {"slices", slices}, {"logits", logits}},
      [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(const std::vector<tessera::Slice> checked,
                                 tessera::SlicesOf(*context, slices, count));
        TESSERA_ASSIGN_OR_RETURN(
            const absl::Span<const float> rows,
            context->model->decoder().ForwardSlices(checked));
        *logits = rows.data();
        return absl::OkStatus();
      });
}

tessera_status tessera_sequence_logits(tessera_sequence* sequence,
                                       const int32_t* ids, size_t count,
                                       float* logits, tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"sequence", sequence}, {"ids", ids}, {"logits", logits}}, [&] {
        return tessera::ForwardEach(sequence->model->decoder(), sequence->get(),
                                    absl::MakeConstSpan(ids, count),
                                    tessera::GoOn, logits);
      });
}

tessera_status tessera_sequence_embed(tessera_sequence* sequence,
                                      const int32_t* ids, size_t count,
                                      float* states, tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"sequence", sequence}, {"ids", ids}, {"states", states}}, [&] {
        return tessera::EmbedEach(sequence->model->decoder(), sequence->get(),
                                  absl::MakeConstSpan(ids, count),
                                  tessera::GoOn, states);
      });
}

tessera_status tessera_sequence_save(const tessera_sequence* sequence,
                                     void* bytes, size_t capacity, size_t* size,
                                     tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"sequence", sequence}, {"size", size}}, [&]() -> absl::Status {
        TESSERA_RETURN_IF_ERROR(tessera::CheckBuffer(bytes, capacity));
        const std::string saved =
            sequence->model->decoder().SaveSequence(sequence->get());
        if (saved.size() <= capacity) {
          std::copy(saved.begin(), saved.end(), static_cast<char*>(bytes));
        }
        *size = saved.size();
        return absl::OkStatus();
      });
}

tessera_status tessera_sequence_load(tessera_sequence* sequence,
                                     const void* bytes, size_t size,
                                     tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"sequence", sequence}, {"bytes", bytes}}, [&] {
        return sequence->model->decoder().LoadSequence(
            absl::MakeConstSpan(static_cast<const uint8_t*>(bytes), size),
            &sequence->get());
      });
}
