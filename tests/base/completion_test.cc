#include "base/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

using ::testing::HasSubstr;

// What the scripts do is tested in tests/scripts/completion_test.sh; these are
// the texts.
CommandLineDescription Cook() {
  CommandLineDescription result;
  result.tool = "tessera-cook";
  result.flags.resize(3);
  FlagDescription& heat = result.flags[0];
  heat.name = "max_heat";
  heat.short_name = "t";
  heat.help = "how [very] hot; it's off";
  heat.words = {"off", "on"};
  FlagDescription& lid = result.flags[1];
  lid.name = "lid";
  lid.is_boolean = true;
  lid.default_value = "true";
  lid.help = "on";
  FlagDescription& salt = result.flags[2];
  salt.name = "salt";
  salt.is_repeated = true;
  salt.help = "grains: all of them";
  return result;
}

CommandLineDescription Launcher() {
  CommandLineDescription result;
  result.tool = "tessera";
  result.subcommands = {{"cook", "Cooks a meal."}, {"eat", "Eats it."}};
  return result;
}

TEST(CompletionTest, Bash) {
  EXPECT_EQ(BashCompletion(Cook()), R"(_tessera_cook() {
  COMPREPLY=()
  local cur=${COMP_WORDS[COMP_CWORD]}
  local flag=${COMP_WORDS[COMP_CWORD-1]}
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $flag == '=' ]]; then
    flag=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $flag in
    --max_heat|--max-heat|-t)
      mapfile -t COMPREPLY < <(compgen -W 'off on' -- "$cur")
      return ;;
    --salt) return ;;
  esac
  local words=''
  [[ $cur == -* ]] && words='--help --version --max_heat -t --lid --nolid --salt'
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _tessera_cook tessera-cook
)");
  EXPECT_THAT(BashCompletion(Launcher()),
              HasSubstr("[[ ' cook eat ' == *\" ${COMP_WORDS[1]} \"* ]]"));
}

TEST(CompletionTest, Zsh) {
  EXPECT_EQ(ZshCompletion(Cook()), R"(#compdef tessera-cook
_arguments -s \
  '(-t --max_heat)'{-t+,--max_heat=}'[how \[very\] hot]:max_heat:(off on)' \
  '--lid[on]' \
  '*--salt=[grains]:salt:_files' \
  '(-h --help)'{-h,--help}'[print a summary]' \
  '--version[print the version]' \
  '*:file:_files'
)");
  EXPECT_THAT(ZshCompletion(Launcher()),
              HasSubstr("    'cook:Cooks a meal'\n"));
}

TEST(CompletionTest, Fish) {
  EXPECT_EQ(
      FishCompletion(Cook()),
      R"(complete -c tessera-cook -l max_heat -s t -x -a 'off on' -d 'how [very] hot'
complete -c tessera-cook -l lid -d 'on'
complete -c tessera-cook -l salt -r -d 'grains'
complete -c tessera-cook -s h -l help -d 'print a summary'
complete -c tessera-cook -l version -d 'print the version'
)");
  EXPECT_THAT(
      FishCompletion(Launcher()),
      HasSubstr("complete -c tessera -n 'test (count (commandline -opc)) -eq 1'"
                " -f -a cook -d 'Cooks a meal'\n"));
}

}  // namespace
}  // namespace tessera
