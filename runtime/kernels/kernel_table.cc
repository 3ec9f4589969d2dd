#include "runtime/kernels/kernel_table.h"

#include <type_traits>

#include "runtime/kernels/kernels.inc"

namespace tessera {

// Defined in kernels_<isa>.cc, which cannot include kernel_table.h (no inline
// code of other headers may be compiled with an ISA's flags).
namespace kernels {
#define TESSERA_DECLARE_MATMUL(type) void Matmul##type(const MatmulArgs& args);
#define TESSERA_DECLARE_VECTOR_KERNEL(member, function) \
  std::remove_pointer_t<decltype(KernelTable::member)> function;
#define TESSERA_DECLARE_ISA(name, enumerator)                   \
  namespace name {                                              \
  TESSERA_FOR_EACH_MATMUL(TESSERA_DECLARE_MATMUL)               \
  TESSERA_FOR_EACH_VECTOR_KERNEL(TESSERA_DECLARE_VECTOR_KERNEL) \
  }
TESSERA_FOR_EACH_ISA(TESSERA_DECLARE_ISA)
}  // namespace kernels

namespace {

#define TESSERA_MATMUL_CASE(type) \
  case DType::k##type:            \
    return Matmul##type;
#define TESSERA_TABLE_MEMBER(member, function) table.member = function;
#define TESSERA_DEFINE_ISA(name, enumerator)             \
  MatmulFn FindMatmul_##name(DType type) {               \
    using namespace kernels::name;                       \
    switch (type) {                                      \
      TESSERA_FOR_EACH_MATMUL(TESSERA_MATMUL_CASE)       \
      default:                                           \
        return nullptr;                                  \
    }                                                    \
  }                                                      \
  KernelTable MakeTable_##name() {                       \
    using namespace kernels::name;                       \
    KernelTable table;                                   \
    table.isa = Isa::enumerator;                         \
    table.find_matmul = FindMatmul_##name;               \
    TESSERA_FOR_EACH_VECTOR_KERNEL(TESSERA_TABLE_MEMBER) \
    return table;                                        \
  }
TESSERA_FOR_EACH_ISA(TESSERA_DEFINE_ISA)

}  // namespace

const KernelTable& KernelTableFor(Isa isa) {
#define TESSERA_ISA_CASE(name, enumerator)               \
  case Isa::enumerator: {                                \
    static const KernelTable table = MakeTable_##name(); \
    return table;                                        \
  }
  switch (isa) { TESSERA_FOR_EACH_ISA(TESSERA_ISA_CASE) }
  return KernelTableFor(Isa::kScalar);
}

}  // namespace tessera
