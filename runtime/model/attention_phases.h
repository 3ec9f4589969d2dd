// From the normed tokens of a layer to the attended values.
#ifndef RUNTIME_MODEL_ATTENTION_PHASES_H_
#define RUNTIME_MODEL_ATTENTION_PHASES_H_

#include <cstdint>

#include "runtime/model/attention_units.h"
#include "runtime/model/decoder_parts.h"
#include "runtime/ops/matrix.h"
#include "runtime/ops/panel.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

// One thread's share of two phases of every layer, for one batch. All tokens
// get keys and values; only the last `active` ones, queries.
class AttentionPhases {
 public:
  // `member` must outlive the object, and goes on with each phase.
  AttentionPhases(const DecoderParts& parts, const Batch& batch,
                  ThreadTeam::Member& member);

  // The forms of the normed tokens that ProjectHeads reads.
  PanelForms InputForms(int64_t layer, int64_t active) const;

  // The queries, keys and values of all heads, turned to their positions; keys
  // and values go to the cache.
  void ProjectHeads(int64_t layer, int64_t active);

  // Softmax-weighted values for every head of every active token, whose rows
  // are the first ones of buffers.attended. `active` is at least 1.
  void Attend(int64_t layer, int64_t active);

 private:
  // Rows [first_row, last_row) of `matrix`, whole tiles and whole heads, times
  // the normed tokens from `first_token` on, turned if they should be.
  void ProjectQueries(const Matrix& matrix, int64_t first_token,
                      int64_t first_row, int64_t last_row);
  void ProjectKeys(const Matrix& matrix, int64_t layer, int64_t first_row,
                   int64_t last_row);
  void ProjectValues(const Matrix& matrix, int64_t layer, int64_t first_row,
                     int64_t last_row);
  void ProjectRows(const Matrix& matrix, int64_t first_token,
                   int64_t first_row, int64_t last_row, float* out);
  void TurnHeads(float* rows, int64_t stride, int64_t first_token,
                 int64_t first_row, int64_t last_row);

  // The first token whose query is computed, `active` or a few more.
  int64_t FirstQuery(int64_t active) const;

  void AttendUnit(int64_t layer, int64_t active, const AttentionUnit& unit);

  const DecoderParts& parts_;
  const Batch& batch_;
  ThreadTeam::Member& member_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ATTENTION_PHASES_H_
