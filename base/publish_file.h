// Gives a finished file its name.
#ifndef BASE_PUBLISH_FILE_H_
#define BASE_PUBLISH_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace tessera {

// The system calls that some file systems do not have; tests put others here.
// They return 0, or -1 with errno.
struct PublishCalls {
  int (*rename_no_replace)(const char* from, const char* to);
  int (*link)(const char* from, const char* to);
  int (*link_open_file)(int fd,
                        const char* to);  // gives a nameless file a name
};
extern const PublishCalls kSystemPublishCalls;

// Renames `from` to `to`, in place of a file of that name if `replace` is true.
// Otherwise AlreadyExists if there is one: of several processes that publish
// under one name, one succeeds. That needs no hard links, which exFAT, FAT and
// many file systems of networks and of user space lack. On failure `from` is
// still there.
absl::Status PublishFile(const std::string& from, const std::string& to,
                         bool replace,
                         const PublishCalls& calls = kSystemPublishCalls);

// Copies the open file `fd` to a new file called `stem` and something, and
// returns that name in `name`. For a nameless file that cannot be linked.
absl::Status CopyBeside(int fd, const std::string& stem, std::string* name);

}  // namespace tessera

#endif  // BASE_PUBLISH_FILE_H_
