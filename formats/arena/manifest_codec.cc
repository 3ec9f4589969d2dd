#include "formats/arena/manifest_codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "formats/arena/arena_constants.h"

namespace tessera {
namespace {

// Tokens compress to about a third; higher levels gain 3 % and cost seconds.
constexpr int kCompressionLevel = 9;

std::vector<uint8_t> Serialize(const Manifest& manifest) {
  std::vector<uint8_t> raw(manifest.ByteSizeLong());
  google::protobuf::io::ArrayOutputStream array(raw.data(),
                                                static_cast<int>(raw.size()));
  google::protobuf::io::CodedOutputStream stream(&array);
  stream.SetSerializationDeterministic(true);
  manifest.SerializeWithCachedSizes(&stream);
  return raw;
}

// Fields from these numbers on came with version 1.2 and 1.3.
constexpr int kFirstModelField2 = 15;
constexpr int kFirstModelField3 = 20;
constexpr int kFirstScalingField3 = 6;

// The largest number of a field that is set; 0 if none is.
int LastField(const google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields.empty() ? 0 : fields.back()->number();
}

// The first version that has all fields of `model`.
uint32_t MinorVersionOf(const ModelConfig& model) {
  const int last = LastField(model);
  if (last >= kFirstModelField3 ||
      LastField(model.rope_scaling()) >= kFirstScalingField3) {
    return 3;
  }
  return last >= kFirstModelField2 ? 2 : 0;
}

}  // namespace

uint32_t MinorVersionOf(const Manifest& manifest) {
  if (manifest.tensors_only() || !manifest.unsupported_tokenizer().empty()) {
    return 5;
  }
  uint32_t version = manifest.has_layout_machine() ? 1 : 0;
  for (const Tensor& tensor : manifest.tensors()) {
    const uint32_t own = tensor.nonfinite_weights() != 0 ? 4
                         : tensor.unmapped()             ? 2
                         : tensor.has_layout_reason()    ? 1
                                                         : 0;
    version = std::max(version, own);
  }
  if (!manifest.attachments().empty()) version = std::max(version, 2u);
  for (const SourceFile& file : manifest.source().files()) {
    if (file.has_gguf()) return 4;
  }
  return std::max(version, MinorVersionOf(manifest.model()));
}

absl::StatusOr<EncodedManifest> EncodeManifest(const Manifest& manifest) {
  EncodedManifest encoded;
  encoded.raw_bytes = manifest.ByteSizeLong();
  if (encoded.raw_bytes > kMaxManifestBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("manifest would have ", encoded.raw_bytes,
                     " bytes, at most ", kMaxManifestBytes, " are allowed"));
  }
  const std::vector<uint8_t> raw = Serialize(manifest);
  encoded.stored.resize(ZSTD_compressBound(raw.size()));
  const size_t size =
      ZSTD_compress(encoded.stored.data(), encoded.stored.size(), raw.data(),
                    raw.size(), kCompressionLevel);
  if (ZSTD_isError(size)) {
    return absl::InternalError(
        absl::StrCat("manifest: zstd: ", ZSTD_getErrorName(size)));
  }
  encoded.stored.resize(size);
  return encoded;
}

absl::StatusOr<Manifest> DecodeManifest(absl::Span<const uint8_t> stored,
                                        uint64_t raw_bytes) {
  const unsigned long long frame_bytes =
      ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (frame_bytes != raw_bytes || raw_bytes > kMaxManifestBytes) {
    return absl::DataLossError(absl::StrCat(
        "manifest: no zstd frame of ", raw_bytes, " bytes, as the header says",
        frame_bytes >= ZSTD_CONTENTSIZE_ERROR
            ? ""
            : absl::StrCat(", but of ", frame_bytes)));
  }
  // Not a vector: pages that a damaged frame does not fill stay untouched.
  const std::unique_ptr<uint8_t[]> raw(new uint8_t[raw_bytes + 1]);
  const size_t size =
      ZSTD_decompress(raw.get(), raw_bytes, stored.data(), stored.size());
  if (ZSTD_isError(size) || size != raw_bytes) {
    return absl::DataLossError(absl::StrCat(
        "manifest: zstd frame is damaged: ",
        ZSTD_isError(size) ? ZSTD_getErrorName(size) : "short frame"));
  }
  Manifest manifest;
  if (!manifest.ParseFromArray(raw.get(), static_cast<int>(raw_bytes))) {
    return absl::DataLossError(absl::StrCat("manifest: ", raw_bytes,
                                            " bytes are no tessera.Manifest"));
  }
  return manifest;
}

}  // namespace tessera
