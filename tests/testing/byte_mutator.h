// Damages valid files, the same way in every run.
#ifndef TESTS_TESTING_BYTE_MUTATOR_H_
#define TESTS_TESTING_BYTE_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <utility>

namespace tessera {

// Not thread-safe.
class ByteMutator {
 public:
  // `original` is at least 8 bytes.
  explicit ByteMutator(std::string original, uint32_t seed = 1)
      : original_(std::move(original)), random_(seed) {}

  // A copy with one to four wounds: a flipped bit, a random byte, a number that
  // parsers are known to trip over, bytes cut out or doubled, the end cut off.
  std::string Next() {
    std::string bytes = original_;
    for (uint32_t wounds = 1 + Below(4); wounds > 0; --wounds) Wound(&bytes);
    return bytes;
  }

 private:
  static constexpr uint64_t kHardNumbers[] = {0,
                                              1,
                                              4,
                                              255,
                                              65535,
                                              0x7fffffff,
                                              0x80000000,
                                              0xffffffff,
                                              0x100000000,
                                              uint64_t{1} << 60,
                                              uint64_t{1} << 62,
                                              uint64_t{1} << 63,
                                              ~uint64_t{0},
                                              ~uint64_t{31}};

  uint32_t Below(uint64_t limit) {
    return static_cast<uint32_t>(random_() % limit);
  }

  void Wound(std::string* bytes) {
    if (bytes->size() < sizeof(uint64_t)) return;
    const size_t at = Below(bytes->size());
    switch (Below(8)) {
      case 0:
        bytes->erase(at, Below(16));
        break;
      case 1:
        bytes->insert(at, bytes->substr(at, Below(16)));
        break;
      case 2:
        if (Below(4) == 0) bytes->resize(at);
        break;
      case 3:
        (*bytes)[at] = static_cast<char>(random_());
        break;
      case 4:
      case 5: {
        const uint64_t number = kHardNumbers[Below(std::size(kHardNumbers))];
        const size_t width = size_t{1} << Below(4);
        const size_t place = at < bytes->size() - 8 ? at : 0;
        std::memcpy(bytes->data() + place, &number, width);
        break;
      }
      default:
        (*bytes)[at] = static_cast<char>((*bytes)[at] ^ (1 << Below(8)));
    }
  }

  const std::string original_;
  std::mt19937 random_;
};

}  // namespace tessera

#endif  // TESTS_TESTING_BYTE_MUTATOR_H_
