#include "tests/testing/gguf_builder.h"

#include <gtest/gtest.h>

#include "base/checked_math.h"
#include "formats/gguf/gguf_writer.h"

namespace tessera {

std::string BuildGguf(const GgufMetadata& metadata,
                      const std::vector<TestGgufTensor>& tensors) {
  std::vector<GgufTensor> infos;
  for (const TestGgufTensor& tensor : tensors) {
    infos.push_back({tensor.name, tensor.type, tensor.shape});
  }
  const absl::StatusOr<GgufHeader> header =
      EncodeGgufHeader(metadata, std::move(infos));
  if (!header.ok()) {
    ADD_FAILURE() << header.status().ToString();
    return "";
  }
  std::string file = header->bytes;
  file.resize(header->file_size);
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_LE(tensors[i].data.size(), header->tensors[i].size);
    file.replace(header->tensors[i].offset, tensors[i].data.size(),
                 tensors[i].data);
  }
  return file;
}

GgufBuilder& GgufBuilder::Bytes(absl::string_view bytes) {
  bytes_.append(bytes.data(), bytes.size());
  return *this;
}

GgufBuilder& GgufBuilder::Text(absl::string_view text) {
  return Number<uint64_t>(text.size()).Bytes(text);
}

GgufBuilder& GgufBuilder::Header(uint64_t tensor_count, uint64_t entry_count,
                                 uint32_t version) {
  return Bytes(kGgufMagic)
      .Number(version)
      .Number(tensor_count)
      .Number(entry_count);
}

GgufBuilder& GgufBuilder::Key(absl::string_view key, uint32_t type) {
  return Text(key).Number(type);
}

GgufBuilder& GgufBuilder::Entry(absl::string_view key, const GgufValue& value) {
  const absl::Span<const uint8_t> raw = value.raw();
  return Key(key, static_cast<uint32_t>(value.type()))
      .Bytes(absl::string_view(reinterpret_cast<const char*>(raw.data()),
                               raw.size()));
}

GgufBuilder& GgufBuilder::ArrayHeader(uint32_t type, uint64_t count) {
  return Number(type).Number(count);
}

GgufBuilder& GgufBuilder::Tensor(absl::string_view name,
                                 absl::Span<const uint64_t> ne, uint32_t type,
                                 uint64_t offset) {
  Text(name).Number(static_cast<uint32_t>(ne.size()));
  for (uint64_t dimension : ne) Number(dimension);
  return Number(type).Number(offset);
}

GgufBuilder& GgufBuilder::PadTo(uint64_t alignment) {
  bytes_.resize(RoundUp(bytes_.size(), alignment));
  return *this;
}

GgufBuilder& GgufBuilder::Data(uint64_t size) {
  for (uint64_t i = 0; i < size; ++i) bytes_.push_back(static_cast<char>(i));
  return *this;
}

}  // namespace tessera
