#include "tests/testing/arena_builder.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "base/checked_math.h"
#include "base/digest.h"
#include "formats/arena/arena_constants.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/attachment.h"
#include "formats/arena/manifest_codec.h"
#include "formats/arena/stored_tensor.h"
#include "formats/layout/pack.h"

namespace tessera {
namespace {

uint64_t MatricesOf(const BuiltTensor& spec) {
  uint64_t matrices = 1;
  for (size_t i = 0; i + 2 < spec.shape.size(); ++i) matrices *= spec.shape[i];
  return matrices;
}

TensorLayout LayoutOf(const BuiltTensor& spec) {
  const size_t dimensions = spec.shape.size();
  return MakeTensorLayout(spec.order, spec.type,
                          dimensions < 2 ? 1 : spec.shape[dimensions - 2],
                          dimensions == 0 ? 1 : spec.shape.back())
      .value();
}

uint64_t SpanBytes(const BuiltTensor& spec, const TensorLayout& layout) {
  const uint64_t tiles = MatricesOf(spec) * layout.row_tiles();
  return tiles == 0
             ? 0
             : (tiles - 1) * layout.row_tile_stride + layout.row_tile_bytes;
}

}  // namespace

std::vector<uint8_t> ArenaBuilder::RowMajorBytes(const BuiltTensor& spec) {
  const TensorLayout layout = LayoutOf(spec);
  std::vector<uint8_t> bytes(MatricesOf(spec) * layout.rows * layout.row_bytes);
  std::seed_seq seed(spec.name.begin(), spec.name.end());
  std::mt19937 random(seed);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

void ArenaBuilder::BeginSection(Section::Kind kind) {
  EndSection();
  Section* section = manifest_.add_sections();
  section->set_kind(kind);
  section->mutable_extent()->set_offset(data_.size());
  section->set_chunk_bytes(kChunkBytes);
}

void ArenaBuilder::EndSection() {
  data_.resize(
      std::max(RoundUp(data_.size(), kSectionAlignment), kSectionAlignment));
  if (manifest_.sections_size() == 0) return;
  Section& section = *manifest_.mutable_sections()->rbegin();
  const uint64_t begin = section.extent().offset();
  section.mutable_extent()->set_size(data_.size() - begin);
  section.clear_chunk_xxh128();
  for (uint64_t at = begin; at < data_.size(); at += kChunkBytes) {
    section.mutable_chunk_xxh128()->append(
        Xxh128(absl::MakeConstSpan(data_).subspan(at, kChunkBytes)));
  }
}

void ArenaBuilder::Pack(const BuiltTensor& spec, const TensorLayout& layout,
                        uint64_t offset) {
  const std::vector<uint8_t> rows = RowMajorBytes(spec);
  data_.resize(
      std::max<uint64_t>(data_.size(), offset + SpanBytes(spec, layout)));
  const uint8_t* row = rows.data();
  uint8_t* matrix = data_.data() + offset;
  for (uint64_t m = 0; m < MatricesOf(spec); ++m) {
    for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
      PackMatrixTile(layout, t, row, matrix);
      row += layout.RowsInTile(t) * layout.row_bytes;
    }
    matrix += layout.row_tiles() * layout.row_tile_stride;
  }
}

Tensor* ArenaBuilder::AddTensor(const BuiltTensor& spec,
                                const TensorLayout& layout, uint64_t offset) {
  Pack(spec, layout, offset);
  Tensor* tensor = manifest_.add_tensors();
  tensor->set_name(spec.name);
  tensor->set_source_name("model." + spec.name);
  for (uint64_t dimension : spec.shape) tensor->add_shape(dimension);
  tensor->set_type(static_cast<uint32_t>(spec.type));
  tensor->set_type_name(DTypeName(spec.type));
  tensor->set_source_type(tensor->type());
  *tensor->mutable_layout() = LayoutProto(layout);
  tensor->set_section(manifest_.sections_size() - 1);
  tensor->mutable_extent()->set_offset(offset);
  tensor->mutable_extent()->set_size(SpanBytes(spec, layout));
  Xxh128Stream hash;
  const uint64_t tiles = MatricesOf(spec) * layout.row_tiles();
  for (uint64_t t = 0; t < tiles; ++t) {
    hash.Update(absl::MakeConstSpan(data_).subspan(
        offset + t * layout.row_tile_stride, layout.row_tile_bytes));
  }
  tensor->set_stored_xxh128(hash.Digest());
  tensor->set_rowmajor_xxh128(Xxh128(RowMajorBytes(spec)));
  manifest_.add_execution_order(manifest_.tensors_size() - 1);
  return tensor;
}

void ArenaBuilder::Add(const BuiltTensor& spec) {
  AddTensor(spec, LayoutOf(spec), RoundUp(data_.size(), kTensorAlignment));
}

void ArenaBuilder::AddSequence(const std::string& group,
                               const std::vector<BuiltTensor>& specs) {
  const uint64_t begin = RoundUp(data_.size(), kTensorAlignment);
  const int first = manifest_.tensors_size();
  for (const BuiltTensor& spec : specs) Add(spec);
  for (int i = first; i < manifest_.tensors_size(); ++i) {
    Tensor& tensor = *manifest_.mutable_tensors(i);
    tensor.set_fused_group(group);
    tensor.set_first_tile_offset(tensor.extent().offset() - begin);
    tensor.mutable_extent()->set_offset(begin);
    tensor.mutable_extent()->set_size(data_.size() - begin);
  }
}

void ArenaBuilder::AddAlternating(const std::string& group,
                                  const std::vector<BuiltTensor>& specs) {
  const uint64_t begin = RoundUp(data_.size(), kTensorAlignment);
  uint64_t stride = 0;
  for (const BuiltTensor& spec : specs) stride += LayoutOf(spec).row_tile_bytes;
  if (stride % 4096 == 0) stride += kTensorAlignment;
  const int first = manifest_.tensors_size();
  uint64_t offset = 0;
  for (const BuiltTensor& spec : specs) {
    TensorLayout layout = LayoutOf(spec);
    layout.row_tile_stride = stride;
    Tensor* tensor = AddTensor(spec, layout, begin + offset);
    tensor->set_fused_group(group);
    tensor->set_first_tile_offset(offset);
    offset += layout.row_tile_bytes;
  }
  for (int i = first; i < manifest_.tensors_size(); ++i) {
    Extent& extent = *manifest_.mutable_tensors(i)->mutable_extent();
    extent.set_offset(begin);
    extent.set_size(data_.size() - begin);
  }
}

void ArenaBuilder::Attach(const std::string& name, const std::string& content) {
  const PackedAttachment packed = PackAttachment(name, content).value();
  data_.resize(RoundUp(data_.size(), kTensorAlignment));
  *manifest_.add_attachments() = AttachmentProto(packed, data_.size());
  data_.insert(data_.end(), packed.stored.begin(), packed.stored.end());
}

Manifest ArenaBuilder::Finish() {
  EndSection();
  return manifest_;
}

std::vector<uint8_t> ArenaBuilder::FileWith(const Manifest& manifest) const {
  const EncodedManifest encoded = EncodeManifest(manifest).value();
  ArenaHeader header;
  header.minor_version = manifest.minor_version();
  header.file_size = data_.size() + encoded.stored.size();
  header.manifest_offset = data_.size();
  header.manifest_stored_bytes = encoded.stored.size();
  header.manifest_raw_bytes = encoded.raw_bytes;
  header.manifest_sha256 = Sha256(encoded.stored);
  std::vector<uint8_t> file = data_;
  file.insert(file.end(), encoded.stored.begin(), encoded.stored.end());
  const std::vector<uint8_t> first = EncodeArenaHeader(header);
  std::copy(first.begin(), first.end(), file.begin());
  return file;
}

ArenaBuilder SmallArena() {
  constexpr LayoutOrder kRows = LayoutOrder::kRowMajor;
  constexpr LayoutOrder kTiles = LayoutOrder::kInterleaved;
  ArenaBuilder builder;
  builder.BeginSection(Section::KIND_HOT);
  builder.Add({"blk.0.attn_norm.weight", DType::kF32, kRows, {64}});
  builder.AddSequence(
      "blk.0.attn_qkv",
      {{"blk.0.attn_q.weight", DType::kQ4_0, kTiles, {64, 64}},
       {"blk.0.attn_k.weight", DType::kQ4_0, kTiles, {20, 64}},
       {"blk.0.attn_v.weight", DType::kQ8_0, kTiles, {20, 64}}});
  builder.AddAlternating(
      "blk.0.ffn_gate_up",
      {{"blk.0.ffn_gate.weight", DType::kQ4_0, kTiles, {48, 64}},
       {"blk.0.ffn_up.weight", DType::kQ8_0, kTiles, {48, 64}}});
  builder.Add({"blk.0.ffn_down.weight", DType::kINT8, kTiles, {33, 40}});
  builder.Add({"output.weight", DType::kF16, kTiles, {40, 64}});
  builder.BeginSection(Section::KIND_COLD);
  builder.Add({"token_embd.weight", DType::kF16, kRows, {40, 63}});
  builder.Add({"experts.weight", DType::kQ4_K, kTiles, {3, 17, 256}});
  return builder;
}

ArenaBuilder ArenaOfSpreadTiles() {
  constexpr LayoutOrder kTransposed = LayoutOrder::kTransposed;
  constexpr LayoutOrder kSwizzled = LayoutOrder::kSwizzled;
  ArenaBuilder builder;
  builder.BeginSection(Section::KIND_HOT);
  builder.AddSequence("group", {{"q", DType::kQ4_0, kTransposed, {40, 160}},
                                {"k", DType::kQ8_0, kSwizzled, {40, 800}}});
  builder.Add({"down", DType::kINT8, kTransposed, {33, 40}});
  builder.Add({"experts", DType::kF16, kSwizzled, {3, 17, 300}});
  return builder;
}

void RepairHeaderCrc(std::vector<uint8_t>& file) {
  constexpr uint64_t kCrcOffset = kArenaHeaderBytes - 4;
  const uint32_t crc = Crc32c(absl::MakeConstSpan(file).first(kCrcOffset));
  std::memcpy(file.data() + kCrcOffset, &crc, sizeof(crc));
}

}  // namespace tessera
