#!/bin/bash
# Usage: isa_objects_test.sh LIBRARY...
#
# An ISA's library may define nothing that the linker could take for the rest of
# the program: no weak or unique symbol (an inline function of some header,
# compiled with that ISA's instructions), and no global symbol outside
# tessera::kernels::<isa>. The ISA is part of the library's name.
set -u

fail() {
  echo "$1" >&2
  failed=1
}

failed=0
[[ $# -gt 0 ]] || fail "no library given"
for library in "$@"; do
  name=$(basename "${library}")
  isa=${name#libkernels_}
  isa=${isa%%.*}
  symbols=$(nm --defined-only --extern-only --demangle "${library}") ||
    fail "${library}: nm failed"
  [[ -n ${symbols} ]] || fail "${library}: no symbols"
  own=0
  while read -r address kind symbol; do
    [[ -n ${kind:-} ]] || continue  # the archive member's name
    if [[ ${kind} != T ]]; then
      fail "${library}: ${symbol} has kind ${kind}, expected T"
    elif [[ ${symbol} != "tessera::kernels::${isa}::"* ]]; then
      fail "${library}: ${symbol} is outside tessera::kernels::${isa}"
    else
      own=$((own + 1))
    fi
  done <<< "${symbols}"
  [[ ${own} -ge 15 ]] || fail "${library}: expected 15 kernels, found ${own}"
done
exit "${failed}"
