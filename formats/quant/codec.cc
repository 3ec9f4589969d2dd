#include "formats/quant/codec.h"

#include "absl/status/statusor.h"
#include "base/isa.h"
#include "formats/quant/codec_tables.h"

namespace tessera {
namespace {

Isa BestIsa() {
  const absl::StatusOr<Isa> chosen = ChooseIsa();
  return chosen.ok() ? *chosen : SupportedIsas().back();
}

const Codec* TableOf(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return codecs::scalar::Table();
    case Isa::kAvx2:
      return codecs::avx2::Table();
    case Isa::kAvx512:
    case Isa::kAvx512Vnni:
    case Isa::kAmx:
      return codecs::avx512::Table();
  }
  return codecs::scalar::Table();
}

}  // namespace

const Codec* FindCodec(DType type, Isa isa) {
  const Codec* table = TableOf(isa);
  for (int i = 0; i < codecs::kCodecCount; ++i) {
    if (table[i].type == type) return &table[i];
  }
  return nullptr;
}

const Codec* FindCodec(DType type) {
  static const Isa isa = BestIsa();
  return FindCodec(type, isa);
}

}  // namespace tessera
