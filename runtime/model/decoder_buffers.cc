#include "runtime/model/decoder_buffers.h"

#include <algorithm>

#include "base/checked_math.h"

namespace tessera {

DecoderBuffers DecoderBuffers::TakeFrom(ActivationArena& arena,
                                        const LlamaConfig& config,
                                        const Shape& shape) {
  DecoderBuffers buffers;
  const int64_t tokens = shape.tokens;
  buffers.residual = arena.Take<float>(tokens * config.hidden_size);
  buffers.normed = arena.Take<float>(tokens * config.hidden_size);
  buffers.query = arena.Take<float>(tokens * config.query_size());
  buffers.key = arena.Take<float>(tokens * config.kv_size());
  buffers.value = arena.Take<float>(tokens * config.kv_size());
  buffers.attended = arena.Take<float>(tokens * config.query_size());
  buffers.gate = arena.Take<float>(tokens * config.intermediate_size);
  buffers.up = arena.Take<float>(tokens * config.intermediate_size);
  buffers.projected = arena.Take<float>(tokens * config.hidden_size);
  buffers.cosines = arena.Take<float>(tokens * config.rope_dim / 2);
  buffers.sines = arena.Take<float>(tokens * config.rope_dim / 2);
  buffers.logits = arena.Take<float>(shape.logit_rows * config.vocab_size);

  const int64_t widest =
      std::max({config.hidden_size, config.query_size(),
                config.intermediate_size});
  const int64_t blocks = tokens * CeilDiv(widest, kActivationBlock);
  buffers.panel.q = arena.Take<int8_t>(blocks * kActivationBlock);
  buffers.panel.scale = arena.Take<float>(blocks);
  buffers.panel.sum16 = arena.Take<int32_t>(blocks * 2);
  if (shape.bf16) {
    buffers.panel.bf16 = arena.Take<uint16_t>(blocks * kActivationBlock);
    buffers.panel.bf16_rest = arena.Take<uint16_t>(blocks * kActivationBlock);
  }

  buffers.scratch_stride = RoundUp(shape.scratch_bytes, 64);
  buffers.scratch = arena.Take<uint8_t>(shape.threads * buffers.scratch_stride);
  return buffers;
}

Activations DecoderBuffers::Input(const float* rows, int64_t columns,
                                  int64_t tokens) const {
  return ActivationsOf({tokens, columns, rows}, panel);
}

uint8_t* DecoderBuffers::ThreadScratch(int thread) const {
  return scratch + thread * scratch_stride;
}

}  // namespace tessera
