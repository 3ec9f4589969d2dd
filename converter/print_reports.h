// What a conversion says to people when it ends. It goes to stderr.
#ifndef CONVERTER_PRINT_REPORTS_H_
#define CONVERTER_PRINT_REPORTS_H_

#include <vector>

#include "converter/convert_command.h"
#include "converter/convert_to_arena.h"
#include "converter/convert_to_gguf.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Warnings about the weights; and, unless `command` is quiet, what quantizing
// has cost, if anything was quantized, and what was written in how long.
void PrintReports(const WeightSource& source,
                  const std::vector<ConvertReport>& reports,
                  const ConvertCommand& command, double seconds);

// The same for a .gguf. Of a dry run, what would be is printed on stdout,
// unless JSON goes there.
void PrintGguf(const WeightSource& source, const GgufReport& report,
               const ConvertCommand& command, double seconds);

}  // namespace tessera

#endif  // CONVERTER_PRINT_REPORTS_H_
