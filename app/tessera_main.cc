// tessera: one name for all tools. Starts fast, so it links little.
#include <cstdio>

#include "app/launcher/find_program.h"
#include "app/launcher/launch.h"

int main(int argc, char** argv) {
  const int code = tessera::Launch({argv + (argc > 0), argv + argc},
                                   tessera::FolderOfThisProgram());
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::perror("tessera: cannot write to stdout");
  return 1;
}
