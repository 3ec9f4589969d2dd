// Hashes of the bytes that a stream's members have in the file.
#ifndef CONVERTER_PACK_STORED_HASHER_H_
#define CONVERTER_PACK_STORED_HASHER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "converter/pack/arena_plan.h"

namespace tessera {

// Takes the bytes of a stream in order and hashes, for each member, its row
// tiles without the gaps. Tiles of a matrix that are spread have no gaps, so
// that any piece of it can be taken for tiles. Keeps a reference to `plan`.
class StoredHasher {
 public:
  StoredHasher(const ArenaPlan& plan, const PlannedStream& stream) {
    for (size_t member : stream.members) {
      const PlannedTensor& planned = plan.tensors[member];
      members_.push_back({planned.first_tile - stream.offset,
                          planned.layout.row_tile_bytes,
                          std::make_unique<Xxh128Stream>()});
    }
    stride_ = stream.stride;
  }

  // The next `tiles` tiles of each member; `bytes` begins with the first.
  void Take(const uint8_t* bytes, uint64_t tiles) {
    for (Member& member : members_) {
      for (uint64_t tile = 0; tile < tiles; ++tile) {
        member.hash->Update(absl::MakeConstSpan(
            bytes + tile * stride_ + member.offset, member.tile_bytes));
      }
    }
  }

  // XXH3-128 of member `index` of the stream.
  std::string Digest(size_t index) const {
    return members_[index].hash->Digest();
  }

 private:
  struct Member {
    uint64_t offset;  // in a stride
    uint64_t tile_bytes;
    std::unique_ptr<Xxh128Stream> hash;
  };
  std::vector<Member> members_;
  uint64_t stride_ = 0;
};

}  // namespace tessera

#endif  // CONVERTER_PACK_STORED_HASHER_H_
