// The order of quantized activations in a panel.
#ifndef RUNTIME_KERNELS_PANEL_INL_H_
#define RUNTIME_KERNELS_PANEL_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Tokens in the group of token `token`.
inline int64_t PanelGroup(int64_t tokens, int64_t token) {
  const int64_t left = tokens - token / kPanelTokens * kPanelTokens;
  return left < kPanelTokens ? left : kPanelTokens;
}

// Which block of a panel of `tokens` tokens x `blocks` blocks is block `block`
// of token `token`: tokens lie in groups of kPanelTokens, of which the last may
// have fewer, and in a group the tokens of a block side by side.
inline int64_t PanelIndex(int64_t tokens, int64_t blocks, int64_t block,
                          int64_t token) {
  const int64_t first = token / kPanelTokens * kPanelTokens;
  return first * blocks + block * PanelGroup(tokens, token) + (token - first);
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_PANEL_INL_H_
