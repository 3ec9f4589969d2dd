#include "runtime/ops/workspace.h"

#include <sys/mman.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"

namespace tessera {
namespace {

constexpr uint64_t kCacheLineBytes = 64;
constexpr uint64_t kHugePageBytes = uint64_t{2} << 20;

}  // namespace

Workspace::~Workspace() {
  if (data_ != nullptr) munmap(data_, size_);
}

uint8_t* Workspace::AllocateBytes(uint64_t count, uint64_t element_bytes) {
  const std::optional<uint64_t> bytes = CheckedMul(count, element_bytes);
  const std::optional<uint64_t> padded =
      bytes ? CheckedRoundUp(*bytes, kCacheLineBytes) : std::nullopt;
  const std::optional<uint64_t> end =
      padded ? CheckedAdd(used_, *padded) : std::nullopt;
  if (!end) {
    overflow_ = true;
    return nullptr;
  }
  uint8_t* result = data_ == nullptr ? nullptr : data_ + used_;
  used_ = *end;
  return result;
}

absl::Status Workspace::Reserve() {
  if (used_ == 0 && !overflow_) return absl::OkStatus();  // nothing to map
  const std::optional<uint64_t> size = CheckedRoundUp(used_, kHugePageBytes);
  void* data = MAP_FAILED;
  if (!overflow_ && size) {
    data = mmap(nullptr, *size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot get ", used_,
                     " bytes of memory for activations and the "
                     "key/value cache; use a smaller context"));
  }
  data_ = static_cast<uint8_t*>(data);
  size_ = *size;
  used_ = 0;
  return absl::OkStatus();
}

void Workspace::UseHugePages() {
  if (huge_pages_ || data_ == nullptr) return;
  madvise(data_, size_, MADV_HUGEPAGE);
  huge_pages_ = true;
}

}  // namespace tessera
