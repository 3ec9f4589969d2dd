// A tool's command line as data, and as the text of --help.
#ifndef BASE_DESCRIBE_COMMAND_LINE_H_
#define BASE_DESCRIBE_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/flag_alias.h"

namespace tessera {

// The words that a flag takes, for completion: {"layout", "interleaved auto"}.
struct FlagWords {
  absl::string_view flag;
  absl::string_view words;  // with spaces between them
};

// One of the programs that a program starts: {"run", "Continues a text."} is
// "tessera-run", and "tessera run" starts it.
struct Subcommand {
  absl::string_view name;
  absl::string_view summary;
};

// What a tool says of its command line besides its ABSL_FLAGs.
struct CommandLineSpec {
  // What the tool does, examples, "usage: TOOL ..."; the tool's name is written
  // out.
  absl::string_view usage;
  absl::Span<const FlagAlias> aliases = {};
  absl::Span<const FlagWords> words = {};
  absl::Span<const Subcommand> subcommands = {};
  // For the first argument, of which completion knows: "list clear".
  absl::string_view actions = {};
};

struct FlagDescription {
  std::string name;           // "ctx_size"
  std::string short_name;     // "c", or empty
  bool is_boolean = false;    // takes no value
  bool is_repeated = false;   // RepeatedFlag
  std::string default_value;  // as it is printed; may be empty
  std::string help;
  std::string variable;  // "TESSERA_CTX_SIZE", or empty
  std::vector<std::string> words;
};

struct CommandLineDescription {
  std::string tool;  // ToolName()
  std::string usage;
  std::vector<FlagDescription> flags;  // by name
  std::vector<Subcommand> subcommands;
  std::vector<std::string> actions;
};

CommandLineDescription DescribeCommandLine(const CommandLineSpec& spec);

// The tool's own flags with defaults and help, wrapped to 80 columns.
std::string FlagsHelp(const CommandLineDescription& command_line);

}  // namespace tessera

#endif  // BASE_DESCRIBE_COMMAND_LINE_H_
