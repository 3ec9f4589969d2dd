#include "bench/roofline.h"

namespace tessera {
namespace {

double Ratio(double amount, double rate) {
  return rate > 0 ? amount / rate : 0;
}

}  // namespace

MacKind MacKindOf(DType type) {
  switch (type) {
    case DType::kF32:
    case DType::kF16:
      return MacKind::kFloat;
    case DType::kBF16:
      return MacKind::kBfloat;
    default:
      return MacKind::kInteger;
  }
}

void Work::AddMacs(DType type, double count) {
  switch (MacKindOf(type)) {
    case MacKind::kInteger:
      integer_macs += count;
      break;
    case MacKind::kFloat:
      float_macs += count;
      break;
    case MacKind::kBfloat:
      bfloat_macs += count;
  }
}

void Work::Add(const Work& other, double times) {
  weight_bytes += other.weight_bytes * times;
  integer_macs += other.integer_macs * times;
  float_macs += other.float_macs * times;
  bfloat_macs += other.bfloat_macs * times;
}

Roofline RooflineOf(const Work& work, const MachineLimits& limits) {
  Roofline roofline;
  roofline.read_seconds = Ratio(work.weight_bytes, limits.read_bytes);
  roofline.multiply_seconds = Ratio(work.integer_macs, limits.integer_macs) +
                              Ratio(work.float_macs, limits.float_macs) +
                              Ratio(work.bfloat_macs, limits.bfloat_macs);
  return roofline;
}

}  // namespace tessera
