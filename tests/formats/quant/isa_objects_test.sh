#!/bin/bash
# Usage: isa_objects_test.sh LIBRARY...
#
# A library of codecs for one ISA defines its table and nothing else that the
# linker could take for the rest of the program: no weak or unique symbol (an
# inline function of some header, compiled with that ISA's instructions). The
# ISA is part of the library's name.
set -u

failed=0
[[ $# -gt 0 ]] || { echo "no library given" >&2; exit 1; }
for library in "$@"; do
  name=$(basename "${library}")
  isa=${name#libcodecs_}
  isa=${isa%%.*}
  symbols=$(nm --defined-only --extern-only --demangle "${library}" |
    sed -n 's/^[0-9a-f]* //p')
  if [[ ${symbols} != "T tessera::codecs::${isa}::Table()" ]]; then
    echo "${library}: expected only the table, found: ${symbols}" >&2
    failed=1
  fi
done
exit "${failed}"
