#include "converter/gguf_file_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr uint64_t kReadBytes = uint64_t{8} << 20;
// The disk begins with so many at a time.
constexpr uint64_t kWritebackBytes = uint64_t{16} << 20;

absl::Span<const uint8_t> AsBytes(const std::string& text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size());
}

void HashZeros(uint64_t count, Sha256Stream* hash) {
  constexpr uint8_t kZeros[4096] = {};
  for (uint64_t left = count; left != 0;) {
    const uint64_t step = std::min<uint64_t>(left, sizeof(kZeros));
    hash->Update(absl::MakeConstSpan(kZeros, step));
    left -= step;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<GgufFileWriter>> GgufFileWriter::Create(
    const GgufPlanFile& plan, const GgufHeader& header, bool overwrite) {
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file,
                           AtomicFile::Create(plan.path, overwrite));
  TESSERA_RETURN_IF_ERROR(file.Reserve(0, header.file_size));
  std::unique_ptr<GgufFileWriter> writer(
      new GgufFileWriter(plan, header, std::move(file)));
  // These bytes are put between the tensors at the end.
  if (plan.layout.has_value() && !plan.layout->patches.empty()) {
    writer->hash_.reset();
  }
  TESSERA_RETURN_IF_ERROR(writer->Write(0, AsBytes(header.bytes)));
  return writer;
}

absl::Status GgufFileWriter::Write(uint64_t offset,
                                   absl::Span<const uint8_t> bytes) {
  TESSERA_RETURN_IF_ERROR(file_.WriteAt(offset, bytes));
  const uint64_t end = offset + bytes.size();
  if (end >= written_back_ + kWritebackBytes) {
    file_.StartWriteback(written_back_, end - written_back_);
    written_back_ = end;
  }
  Hash(offset, bytes);
  return absl::OkStatus();
}

void GgufFileWriter::Hash(uint64_t offset, absl::Span<const uint8_t> bytes) {
  if (!hash_.has_value() || bytes.empty()) return;
  if (offset < hashed_) {
    hash_.reset();
    return;
  }
  HashZeros(offset - hashed_, &*hash_);
  hash_->Update(bytes);
  hashed_ = offset + bytes.size();
}

absl::StatusOr<std::string> GgufFileWriter::HashAnew() const {
  Sha256Stream hash;
  std::vector<uint8_t> buffer;
  for (uint64_t done = 0; done < header_.file_size; done += buffer.size()) {
    buffer.resize(std::min(kReadBytes, header_.file_size - done));
    TESSERA_RETURN_IF_ERROR(file_.ReadAt(done, absl::MakeSpan(buffer)));
    hash.Update(buffer);
  }
  return hash.Digest();
}

absl::StatusOr<std::string> GgufFileWriter::Finish() {
  if (plan_.layout.has_value()) {
    for (const GgufPatch& patch : plan_.layout->patches) {
      TESSERA_RETURN_IF_ERROR(
          file_.WriteAt(patch.offset, AsBytes(patch.bytes)));
    }
  }
  TESSERA_RETURN_IF_ERROR(file_.Resize(header_.file_size));
  if (!hash_.has_value() || hashed_ > header_.file_size) return HashAnew();
  HashZeros(header_.file_size - hashed_, &*hash_);
  return hash_->Digest();
}

}  // namespace tessera
