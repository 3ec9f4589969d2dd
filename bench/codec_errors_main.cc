// codec_errors: the tables of docs/quantization.md.
#include <cstdio>
#include <string>
#include <vector>

#include "base/command_line.h"
#include "bench/measure_codec_errors.h"

namespace {

constexpr char kUsage[] =
    R"(Prints the error and the speed of every stored type, as Markdown.

  bazel run //bench:codec_errors

usage: codec_errors

Normal and high effort stand side by side: "a / b". Errors are the same on every
machine; speeds are those of one thread. TESSERA_ISA chooses an instruction set.)";

}  // namespace

int main(int argc, char** argv) {
  return tessera::RunMain([&] {
    if (!tessera::ParseCommandLine(argc, argv, {kUsage}).empty()) {
      tessera::ExitWithUsageError("expected no arguments");
    }
    constexpr int kRows = 128;
    const std::string text =
        tessera::RenderCodecErrors(tessera::MeasureCodecErrors(kRows));
    std::fputs(text.c_str(), stdout);
    return 0;
  });
}
