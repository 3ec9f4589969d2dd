// On which CPUs it pays to copy tiles before they are multiplied.
#ifndef RUNTIME_KERNELS_COPIES_TILES_H_
#define RUNTIME_KERNELS_COPIES_TILES_H_

namespace tessera {

// True for Zen 4 (AMD's family 25 with the models 16 to 31, 96 to 127 and 160
// to 175), whose prefetcher follows lines only in their order (docs/kernels.md,
// "How weights stream").
bool CopiesTiles(bool is_amd, unsigned family, unsigned model);

// The same for this CPU.
bool CpuCopiesTiles();

}  // namespace tessera

#endif  // RUNTIME_KERNELS_COPIES_TILES_H_
