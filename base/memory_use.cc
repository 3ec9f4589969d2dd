#include "base/memory_use.h"

#include <fstream>
#include <string>

namespace tessera {

// "RssAnon:    1234 kB" in /proc/PID/status, proc(5).
uint64_t AnonymousBytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    uint64_t kilobytes = 0;
    if (word == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace tessera
