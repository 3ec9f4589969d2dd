#include "runtime/kernels/kernel_table.h"

#include <limits>
#include <type_traits>

#include "runtime/kernels/copies_tiles.h"
#include "runtime/kernels/kernels.inc"

namespace tessera {

// Defined in kernels_<isa>.cc, which cannot include kernel_table.h (no inline
// code of other headers may be compiled with an ISA's flags).
namespace kernels {
#define TESSERA_DECLARE_MATMUL(type)         \
  void Matmul##type(const MatmulArgs& args); \
  void GemvPart##type(const GemvPartArgs& args);
#define TESSERA_DECLARE_ROWMAJOR(type) \
  void RowMajor##type(const MatmulArgs& args);
#define TESSERA_DECLARE_TRANSPOSED_GEMV(type) \
  void TransposedGemv##type(const TransposedGemvArgs& args);
#define TESSERA_DECLARE_VECTOR_KERNEL(member, function) \
  std::remove_pointer_t<decltype(KernelTable::member)> function;
#define TESSERA_DECLARE_ISA(name, enumerator)                       \
  namespace name {                                                  \
  void SetCopyTiles(bool on);                                       \
  TESSERA_FOR_EACH_MATMUL(TESSERA_DECLARE_MATMUL)                   \
  TESSERA_FOR_EACH_ROWMAJOR(TESSERA_DECLARE_ROWMAJOR)               \
  TESSERA_FOR_EACH_TRANSPOSED_GEMV(TESSERA_DECLARE_TRANSPOSED_GEMV) \
  TESSERA_FOR_EACH_VECTOR_KERNEL(TESSERA_DECLARE_VECTOR_KERNEL)     \
  }
TESSERA_FOR_EACH_ISA(TESSERA_DECLARE_ISA)

namespace amx {
#define TESSERA_DECLARE_GEMM(type) void Gemm##type(const MatmulArgs& args);
TESSERA_FOR_EACH_GEMM(TESSERA_DECLARE_GEMM)
std::remove_pointer_t<decltype(KernelTable::split_activations)>
    SplitActivations;
}  // namespace amx
}  // namespace kernels

namespace {

#define TESSERA_MATMUL_CASE(type) \
  case DType::k##type:            \
    return Matmul##type;
#define TESSERA_GEMV_PART_CASE(type) \
  case DType::k##type:               \
    return GemvPart##type;
#define TESSERA_ROWMAJOR_CASE(type) \
  case DType::k##type:              \
    return RowMajor##type;
#define TESSERA_TRANSPOSED_GEMV_CASE(type) \
  case DType::k##type:                     \
    return TransposedGemv##type;
// Find_<isa>(type): the case of `type` in a list, or null.
#define TESSERA_DEFINE_FIND(Function, Find, name, CASES) \
  Function Find##_##name(DType type) {                   \
    using namespace kernels::name;                       \
    switch (type) {                                      \
      CASES                                              \
      default:                                           \
        return nullptr;                                  \
    }                                                    \
  }
MatmulFn FindNoGemm(DType) { return nullptr; }

#define TESSERA_TABLE_MEMBER(member, function) table.member = function;
#define TESSERA_DEFINE_ISA(name, enumerator)                            \
  TESSERA_DEFINE_FIND(MatmulFn, FindMatmul, name,                       \
                      TESSERA_FOR_EACH_MATMUL(TESSERA_MATMUL_CASE))     \
  TESSERA_DEFINE_FIND(GemvPartFn, FindGemvPart, name,                   \
                      TESSERA_FOR_EACH_MATMUL(TESSERA_GEMV_PART_CASE))  \
  TESSERA_DEFINE_FIND(MatmulFn, FindRowMajor, name,                     \
                      TESSERA_FOR_EACH_ROWMAJOR(TESSERA_ROWMAJOR_CASE)) \
  TESSERA_DEFINE_FIND(                                                  \
      TransposedGemvFn, FindTransposedGemv, name,                       \
      TESSERA_FOR_EACH_TRANSPOSED_GEMV(TESSERA_TRANSPOSED_GEMV_CASE))   \
  KernelTable MakeTable_##name() {                                      \
    using namespace kernels::name;                                      \
    KernelTable table;                                                  \
    table.isa = Isa::enumerator;                                        \
    table.set_copy_tiles = SetCopyTiles;                                \
    SetCopyTiles(CpuCopiesTiles());                                     \
    table.find_matmul = FindMatmul_##name;                              \
    table.find_gemm = FindNoGemm;                                       \
    table.gemm_tokens = std::numeric_limits<int64_t>::max();            \
    table.split_activations = nullptr;                                  \
    table.find_gemv_part = FindGemvPart_##name;                         \
    table.find_rowmajor = FindRowMajor_##name;                          \
    table.find_transposed_gemv = FindTransposedGemv_##name;             \
    TESSERA_FOR_EACH_VECTOR_KERNEL(TESSERA_TABLE_MEMBER)                \
    return table;                                                       \
  }
TESSERA_FOR_EACH_ISA(TESSERA_DEFINE_ISA)

#define TESSERA_GEMM_CASE(type) \
  case DType::k##type:          \
    return Gemm##type;
TESSERA_DEFINE_FIND(MatmulFn, FindGemm, amx,
                    TESSERA_FOR_EACH_GEMM(TESSERA_GEMM_CASE))

KernelTable MakeTable_amx() {
  KernelTable table = MakeTable_avx512vnni();
  table.isa = Isa::kAmx;
  table.find_gemm = FindGemm_amx;
  // Fewer do not pay for weights in bfloat16.
  table.gemm_tokens = 32;
  table.split_activations = kernels::amx::SplitActivations;
  return table;
}

}  // namespace

const KernelTable& KernelTableFor(Isa isa) {
#define TESSERA_ISA_CASE(name, enumerator)               \
  case Isa::enumerator: {                                \
    static const KernelTable table = MakeTable_##name(); \
    return table;                                        \
  }
  switch (isa) {
    TESSERA_FOR_EACH_ISA(TESSERA_ISA_CASE)
    TESSERA_ISA_CASE(amx, kAmx)
  }
  return KernelTableFor(Isa::kScalar);
}

}  // namespace tessera
