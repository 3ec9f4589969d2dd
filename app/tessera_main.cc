// tessera: one name for all tools.
#include "app/launcher/find_program.h"
#include "app/launcher/launch.h"
#include "base/command_line.h"

int main(int argc, char** argv) {
  return tessera::RunMain([&] {
    return tessera::Launch({argv + (argc > 0), argv + argc},
                           tessera::FolderOfThisProgram());
  });
}
