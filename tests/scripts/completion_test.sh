#!/usr/bin/env bash
# The manual pages and completions that the tools print, as packages have them.
set -u

root=$PWD
. tests/testing/shell_checks.sh
. "$root/scripts/install_files.sh"
from=$root
cd "$TEST_TMPDIR" || exit 1
mkdir -p bin bash

# ---- each tool's page and scripts ----

# Requests of roff that pages have; anything else is text that looks like one.
requests='TH|SH|TP|PP|BR|br|nf|fi|RS 4|RE'
for i in "${!tools[@]}"; do
  tool=${tools[i]}
  ln -s "$(built "${tool_packaged[i]}")" "bin/$tool"
  expect 0 "bin/$tool" --help
  grep -oE '^  (-[a-zA-Z], )?--[a-z_0-9]+' stdout | grep -oE '[a-z_0-9]+$' | sort >flags
  [[ -s flags || $tool == tessera ]] || fail "$tool has no flags"

  expect 0 env SOURCE_DATE_EPOCH=86400 "bin/$tool" --help=man
  head -n 1 stdout | grep -qE "^\.TH ${tool^^} 1 \"1970-01-02\"" || fail "$tool: $(head -n 1 stdout)"
  grep -n '^[.]' stdout | grep -vE "^[0-9]+:\.($requests)( |$)" && fail "$tool: no macro"
  grep -q "^tessera.* \\\\- [a-z]" stdout || fail "$tool: no line for whatis"
  while read -r flag; do
    grep -qE "\\\\-\\\\-$flag\\\\fR" stdout || fail "$tool: the page leaves out --$flag"
  done <flags

  expect 0 "bin/$tool" --help=bash
  cp stdout "bash/$tool"
  bash -n stdout || fail "$tool: no bash"
  expect 0 "bin/$tool" --help=zsh
  [[ $(head -n 1 stdout) == "#compdef $tool" ]] || fail "$tool: no #compdef"
  expect 0 "bin/$tool" --help=fish
  grep -q "^complete -c $tool " stdout || fail "$tool: nothing for fish"
done
expect 2 "bin/${tools[0]}" --help=csh

# ---- what bash completes ----

# complete WORDS...: what there is for the last of them.
complete_words() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  "_${1//-/_}"
}

# completes 'ANSWERS' WORDS...
completes() {
  local expected=$1
  shift
  complete_words "$@"
  [[ ${COMPREPLY[*]} == "$expected" ]] || fail "'$*' completes to '${COMPREPLY[*]}', not '$expected'"
}

for tool in "${tools[@]}"; do
  . "bash/$tool"
  complete -p "$tool" >/dev/null || fail "$tool is not registered"
done
complete_words tessera-run --
for flag in --help --temperature --n_predict; do
  [[ " ${COMPREPLY[*]} " == *" $flag "* ]] || fail "no $flag in ${COMPREPLY[*]}"
done
completes '--populate' tessera-run --pop
completes '' tessera-run model.ar  # bash completes the file
completes '' tessera-run --prompt te
completes 'interleaved' tessera-convert --layout int
completes 'interleaved' tessera-convert --layout = int
completes 'Q4_K_S Q4_K_M' tessera-convert --quantize Q4_K

# A shell that has loaded no other script, as when a person begins to type.
unset -f _tessera_convert
completes 'convert' tessera conv
completes 'interleaved' tessera convert --layout int
completes '--help --version' tessera --
completes '' tessera nothing --

((failures == 0)) && echo "all as expected"
exit "$failures"
