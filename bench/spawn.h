// Another program, started.
#ifndef BENCH_SPAWN_H_
#define BENCH_SPAWN_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tessera {

// What a program gets as its stdin, stdout and stderr: file descriptors, which
// stay the caller's; -1 is /dev/null.
struct SpawnFiles {
  int in = -1;
  int out = -1;
  int err = -1;
};

enum class SpawnLife {
  // It is killed when the thread that started it ends, however that happens, so
  // that nothing goes on running when a measurement is broken off.
  kWithCaller,
  // It belongs to no terminal (Ctrl-C does not reach it) and ends by itself.
  kItsOwn
};

// Starts `command`, whose first word is found as a shell would find it, and
// returns its process, for waitpid. It also gets the descriptors that are not
// close-on-exec. Errors as the system says; messages start with the word.
absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& command,
                            const SpawnFiles& files,
                            SpawnLife life = SpawnLife::kWithCaller);

// Waits for a process to end; returns its status, as waitpid's.
int WaitForEnd(pid_t child);

}  // namespace tessera

#endif  // BENCH_SPAWN_H_
