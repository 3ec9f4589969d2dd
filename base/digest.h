// The two digests that Tessera stores: SHA-256 where a person compares files,
// XXH3-128 where data is checked at memory speed.
#ifndef BASE_DIGEST_H_
#define BASE_DIGEST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/types/span.h"

namespace tessera {

// The 32 bytes of SHA-256 over `bytes`.
std::string Sha256(absl::Span<const uint8_t> bytes);

// SHA-256 over bytes that arrive in pieces. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void Update(absl::Span<const uint8_t> bytes);

  // The digest of everything. Nothing may follow.
  std::string Digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// XXH3-64 over `bytes`, with `before` as its seed: of pieces in their order, a
// hash of them all that needs no state.
uint64_t ChainedXxh64(uint64_t before, absl::Span<const uint8_t> bytes);

// The 16 bytes of XXH3-128 over `bytes`, in the library's canonical
// (big-endian) order, so that they read the same everywhere.
std::string Xxh128(absl::Span<const uint8_t> bytes);

// XXH3-128 over bytes that arrive in pieces. Not thread-safe.
class Xxh128Stream {
 public:
  Xxh128Stream();
  ~Xxh128Stream();
  Xxh128Stream(const Xxh128Stream&) = delete;
  Xxh128Stream& operator=(const Xxh128Stream&) = delete;

  void Update(absl::Span<const uint8_t> bytes);

  // The digest of everything so far; more may follow.
  std::string Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// CRC-32C (Castagnoli, RFC 3720), as in the arena's header.
uint32_t Crc32c(absl::Span<const uint8_t> bytes);

}  // namespace tessera

#endif  // BASE_DIGEST_H_
