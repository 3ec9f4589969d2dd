#include "bench/size_text.h"

#include "absl/strings/str_format.h"

namespace tessera {

std::string BinarySize(uint64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / 1048576;
  return mebibytes < 1024 ? absl::StrFormat("%.2f MiB", mebibytes)
                          : absl::StrFormat("%.2f GiB", mebibytes / 1024);
}

std::string ParameterCount(uint64_t count) {
  const auto value = static_cast<double>(count);
  return value < 1e9 ? absl::StrFormat("%.2f M", value * 1e-6)
                     : absl::StrFormat("%.2f B", value * 1e-9);
}

}  // namespace tessera
