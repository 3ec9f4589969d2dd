// Makes a program slower, or do more, than its source says: what the gate has
// to find. The linker puts these functions in place of others (--wrap); what is
// planted is said by the environment variable TESSERA_PLANT, a list such as
// "gemv=15,barrier":
//
//   gemv=P, gemm=P  the interleaved Q4_0 kernels take P % longer, with one
//                   token or with several
//   instruction     one more instruction per tile of the AVX2 Q4_0 kernel
//   barrier         one more barrier per layer
//   allocation      one more allocation per token
//   auto            --layout=auto takes transposed for everything
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/thread_pool.h"
#include "formats/layout/layout_profile.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/model/forward_pass.h"
#include "runtime/model/layer_pass.h"
#include "runtime/ops/matrix.h"

namespace tessera {
namespace {

// The number behind NAME= in TESSERA_PLANT, 1 for NAME alone, else 0.
double Planted(absl::string_view name) {
  const char* plants = std::getenv("TESSERA_PLANT");
  if (plants == nullptr) return 0;
  for (const absl::string_view plant : absl::StrSplit(plants, ',')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(plant, absl::MaxSplits('=', 1));
    if (parts.first != name) continue;
    double value;
    return absl::SimpleAtod(parts.second, &value) ? value : 1;
  }
  return 0;
}

using Kernel = void (*)(const MatmulArgs&);

void SlowDown(Kernel kernel, const MatmulArgs& args) {
  static const double gemv = Planted("gemv") / 100;
  static const double gemm = Planted("gemm") / 100;
  const uint64_t start = __rdtsc();
  kernel(args);
  const double share = args.x.tokens == 1 ? gemv : gemm;
  const uint64_t end = __rdtsc();
  const auto extra =
      static_cast<uint64_t>(static_cast<double>(end - start) * share);
  while (__rdtsc() - end < extra) {
  }
}

// Executes `count` instructions that do nothing, and a few to get there.
void Idle(int64_t count) {
  constexpr int64_t kMost = 4096;
  for (; count > 0; count -= kMost) {
    int64_t entry = count < kMost ? count : kMost;
    asm volatile(
        "lea 1f(%%rip), %%rax\n\t"
        "sub %0, %%rax\n\t"
        "jmp *%%rax\n\t"
        ".rept 4096\n\tnop\n\t.endr\n"
        "1:"
        : "+r"(entry)
        :
        : "rax", "cc");
  }
}

thread_local SpinBarrier* last_barrier = nullptr;

}  // namespace

// The names that the linker uses: __real_X is what __wrap_X stands in for.
#define TESSERA_PLANT_KERNEL(isa, length)       \
  void Real_##isa(const MatmulArgs& args) asm(  \
      "__real__ZN7tessera7kernels" #length #isa \
      "10MatmulQ4_0ERKNS_10MatmulArgsE");       \
  void Wrap_##isa(const MatmulArgs& args) asm(  \
      "__wrap__ZN7tessera7kernels" #length #isa \
      "10MatmulQ4_0ERKNS_10MatmulArgsE");

TESSERA_PLANT_KERNEL(avx2, 4)
TESSERA_PLANT_KERNEL(avx512, 6)
TESSERA_PLANT_KERNEL(avx512vnni, 10)

void Wrap_avx512(const MatmulArgs& args) { SlowDown(Real_avx512, args); }
void Wrap_avx512vnni(const MatmulArgs& args) {
  SlowDown(Real_avx512vnni, args);
}
void Wrap_avx2(const MatmulArgs& args) {
  SlowDown(Real_avx2, args);
  static const bool instruction = Planted("instruction") != 0;
  if (!instruction) return;
  constexpr int64_t kTileColumns = 64;
  Idle((args.last_tile - args.first_tile) *
       ((args.x.columns + kTileColumns - 1) / kTileColumns));
}

void RealWait(SpinBarrier* self) asm("__real__ZN7tessera11SpinBarrier4WaitEv");
void WrapWait(SpinBarrier* self) asm("__wrap__ZN7tessera11SpinBarrier4WaitEv");
void WrapWait(SpinBarrier* self) {
  last_barrier = self;
  RealWait(self);
}

#define TESSERA_PROJECT "_ZN7tessera9LayerPass7ProjectERKNS_6MatrixEPKf"

void RealProject(LayerPass* self, const Matrix& matrix,
                 const float* rows) asm("__real_" TESSERA_PROJECT);
void WrapProject(LayerPass* self, const Matrix& matrix,
                 const float* rows) asm("__wrap_" TESSERA_PROJECT);
void WrapProject(LayerPass* self, const Matrix& matrix, const float* rows) {
  RealProject(self, matrix, rows);
  // Every thread projects what was attended to once in each layer.
  if (rows == self->buffers.attended && last_barrier != nullptr &&
      Planted("barrier") != 0) {
    RealWait(last_barrier);
  }
}

const LayoutRule*
RealChoose(const LayoutProfile* self, DType type, MatrixDuty duty, uint64_t rows, uint64_t columns) asm(
    "__real__ZNK7tessera13LayoutProfile6ChooseENS_5DTypeENS_10MatrixDutyEmm");
const LayoutRule*
WrapChoose(const LayoutProfile* self, DType type, MatrixDuty duty, uint64_t rows, uint64_t columns) asm(
    "__wrap__ZNK7tessera13LayoutProfile6ChooseENS_5DTypeENS_10MatrixDutyEmm");
const LayoutRule* WrapChoose(const LayoutProfile* self, DType type,
                             MatrixDuty duty, uint64_t rows, uint64_t columns) {
  static const LayoutRule& wrong = *[] {
    auto* rule = new LayoutRule();
    rule->layout = LayoutOrder::kTransposed;
    return rule;
  }();
  if (Planted("auto") != 0) return &wrong;
  return RealChoose(self, type, duty, rows, columns);
}

void RealRun(ForwardPass* self) asm("__real__ZN7tessera11ForwardPass3RunEv");
void WrapRun(ForwardPass* self) asm("__wrap__ZN7tessera11ForwardPass3RunEv");
void WrapRun(ForwardPass* self) {
  // Once, not on each thread.
  if (syscall(SYS_gettid) == getpid() && Planted("allocation") != 0) {
    void* volatile memory = std::malloc(1);
    std::free(memory);
  }
  RealRun(self);
}

}  // namespace tessera
