#!/usr/bin/env bash
# The same arena from one process and from several, as mpirun starts them.
set -u

convert=$PWD/converter/convert
tiny=$PWD/testdata/tiny
work=$TEST_TMPDIR/mpi
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1

# mpirun wants to be asked twice before it runs as root, or on few cores; its
# sockets have long names.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 HOME=$work
TMPDIR=$(mktemp -d /tmp/mpi.XXXXXX) && export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

expect 0 "$convert" --quantize Q4_K_M "$tiny" one.arena
for ranks in 1 2 3; do
  expect 0 mpirun -n $ranks "$convert" --quantize Q4_K_M --quiet "$tiny" $ranks.arena
  cmp one.arena $ranks.arena || fail "$ranks ranks make another arena"
done
expect 0 mpirun -n 3 "$convert" --layout swizzled --quantize F16 --also a.arena:Q8_0 \
  --quiet "$tiny" b.arena
expect 0 "$convert" --layout swizzled --quantize F16 --quiet "$tiny" b1.arena
expect 0 "$convert" --layout swizzled --quantize Q8_0 --quiet "$tiny" a1.arena
cmp a.arena a1.arena || fail "another second output"
cmp b.arena b1.arena || fail "another first output"

# One rank says what went wrong.
mpirun -n 2 "$convert" --quantize Q4_0 "$tiny" 1.arena >stdout 2>stderr
[[ $? != 0 ]] || fail "an existing output was replaced"
[[ $(grep -c 'exists already' stderr) == 1 ]] || { fail "not said once:"; cat stderr; }
expect 0 mpirun -n 2 "$convert" --quiet one.arena back.gguf
[[ -z $(find . -name '*.partial') ]] || fail "partial files are left"

((failures == 0)) && echo "all as expected"
exit "$failures"
