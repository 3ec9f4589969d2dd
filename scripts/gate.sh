#!/usr/bin/env bash
# Guards speed: counts against bench/gate/baseline.json, layouts against each
# other and against the limits of this machine, and, if code that computes has
# changed since the commit that the baseline names, this build against that one.
#
#   scripts/gate.sh [BAZEL FLAGS]
#
# Ends with 0 if nothing is slower, or if the machine is too noisy to tell, which
# is said; with 3 if something is; with 1 if the gate could not run. The folder
# bazel-bin/gate gets all results. docs/benchmarks.md, "The gate", says how it
# decides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

baseline=bench/gate/baseline.json
# What the time of a token depends on.
sources=(bazel .bazelrc base formats/dtype formats/layout formats/quant
  runtime/kernels runtime/ops runtime/model runtime/loader)

scripts/install_packages.sh || exit 1
scripts/install_packages.sh scripts/packages_gate.txt || exit 1
bazel build "$@" //bench //runtime/llm:run //converter:convert || exit 1
results=bazel-bin/gate
mkdir -p "$results"

# check NAME FLAGS...: one run of the gate, whose results are RESULTS/NAME.*.
worst=0
check() {
  local name=$1 code
  shift
  printf '\n== gate: %s\n' "$name"
  bazel-bin/bench/bench --gate --json="$results/$name.json" "$@" |
    tee "$results/$name.md"
  code=${PIPESTATUS[0]}
  case $code in
    0) ;;
    4) echo "warning: this machine is too noisy now to tell all of $name" ;;
    3) worst=3 ;;
    *) exit 1 ;;
  esac
}

check counts --gate_checks=counts --counts="$baseline" \
  --gate_files=bazel-bin/runtime/llm/run,bazel-bin/converter/convert
check layouts --gate_checks=layouts --counts="$baseline"

commit=$(sed -n 's/^ *"commit": "\([0-9a-f]*\)".*/\1/p' "$baseline")
if ! git cat-file -e "$commit^{commit}"; then
  echo "gate: $baseline names commit $commit, which this clone does not have;" \
    "fetch the whole history: git fetch --unshallow" >&2
  exit 1
fi
if git diff --quiet "$commit" -- "${sources[@]}"; then
  printf '\n== gate: nothing that computes has changed since %.9s\n' "$commit"
  exit "$worst"
fi

printf '\n== gate: building %.9s to compare with\n' "$commit"
old=${TMPDIR:-/tmp}/tessera-gate-$UID
remove_old() {
  git worktree remove --force "$old" 2>/dev/null
  rm -rf "$old"
  git worktree prune
}
remove_old
trap remove_old EXIT
git worktree add --quiet --detach "$old" "$commit" || exit 1
bench=$PWD/$results/bench-$commit
rm -f "$bench"
(
  cd "$old" || exit 1
  bazel build "$@" //bench && cp bazel-bin/bench/bench "$bench"
  status=$?
  bazel clean --expunge >/dev/null 2>&1
  exit "$status"
) || exit 1
# The same kernel in another program may take 5 % longer, because it lies at
# other addresses; smaller changes show in the counts of instructions.
check builds --gate_checks=builds --baseline_bin="$bench" --least_effect=7
exit "$worst"
