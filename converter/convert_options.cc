#include "converter/convert_options.h"

#include "base/memory_use.h"

namespace tessera {
namespace {

// Of the process, besides the steps: staging, tables, stacks.
constexpr uint64_t kReservedMemory = uint64_t{24} << 20;
constexpr uint64_t kLeastStepMemory = uint64_t{16} << 20;

}  // namespace

uint64_t MemoryForSteps(const ConvertOptions& options) {
  const uint64_t used = AnonymousBytes() + kReservedMemory;
  return used + kLeastStepMemory < options.max_memory
             ? options.max_memory - used
             : kLeastStepMemory;
}

}  // namespace tessera
