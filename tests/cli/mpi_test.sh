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

# Another launcher than Open MPI's: each process would make the whole arena.
for variable in PMI_SIZE SLURM_STEP_NUM_TASKS; do
  expect 1 env $variable=4 "$convert" --quantize Q4_0 --quiet "$tiny" other.arena
  expect_stderr "^convert: this is one of 4 processes \($variable=4\), but "
  expect_stderr "start them with Open MPI's mpirun"
  [[ ! -e other.arena ]] || fail "an arena was made nevertheless"
done
expect 0 env PMI_SIZE=1 "$convert" --quantize Q4_0 --quiet "$tiny" alone.arena

# Warnings come from one rank, whether quiet or not.
expect 0 mpirun -n 2 "$convert" --quantize Q4_0 --tensor_type none=Q8_0 --quiet "$tiny" warned.arena
[[ $(grep -c '^warning: --tensor_type=none=Q8_0: matches no tensor' stderr) == 1 ]] ||
  { fail "not warned once:"; cat stderr; }

# Open MPI itself refuses to run as root, and says which variables help.
if [[ $(id -u) == 0 ]]; then
  env -u OMPI_ALLOW_RUN_AS_ROOT -u OMPI_ALLOW_RUN_AS_ROOT_CONFIRM \
    mpirun -n 2 "$convert" --quantize Q4_0 "$tiny" root.arena >stdout 2>stderr &&
    fail "mpirun ran as root"
  expect_stderr 'OMPI_ALLOW_RUN_AS_ROOT=1'
fi
expect 0 "$convert" --help
grep -q 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1' stdout || fail "--help does not name the variables"
[[ -z $(find . -name '*.partial') ]] || fail "partial files are left"

((failures == 0)) && echo "all as expected"
exit "$failures"
