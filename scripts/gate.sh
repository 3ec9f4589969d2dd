#!/usr/bin/env bash
# Guards speed: counts against bench/gate/baseline.json, layouts against each
# other and against the limits of this machine, and, if code that computes has
# changed since the commit that the baseline names, this build against that one.
# A layout fails only if it has become slower since then.
#
#   scripts/gate.sh [--minutes N] [BAZEL FLAGS]
#
# With --minutes it is done after about N minutes, however slow the machine is:
# what was not measured by then counts as too noisy to tell.
# Ends with 0 if nothing is slower, or if the machine is too noisy to tell, which
# is said; with 3 if something is; with 1 if the gate could not run. The folder
# bazel-bin/gate gets all results. docs/benchmarks.md, "The gate", says how it
# decides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

minutes=1000000
if [[ ${1-} == --minutes ]]; then
  minutes=${2:?--minutes needs a number}
  shift 2
fi
# seconds_left: of the time that was given.
seconds_left() {
  echo $((minutes * 60 - SECONDS))
}

baseline=bench/gate/baseline.json
# What the time of a token depends on.
sources=(bazel .bazelrc base formats/dtype formats/layout formats/quant
  runtime/kernels runtime/ops runtime/model runtime/loader)

scripts/install_packages.sh || exit 1
scripts/install_packages.sh scripts/packages_gate.txt || exit 1
bazel build "$@" //bench //runtime/llm:run //converter:convert || exit 1
results=bazel-bin/gate
mkdir -p "$results"

# run_gate NAME FLAGS...: one run of the gate, whose results are RESULTS/NAME.*.
# Ends with 0, 3 or 4, as bench --gate does.
run_gate() {
  local name=$1 code
  shift
  printf '\n== gate: %s\n' "$name"
  bazel-bin/bench/bench --gate --json="$results/$name.json" "$@" |
    tee "$results/$name.md"
  code=${PIPESTATUS[0]}
  case $code in
    0 | 3) ;;
    4) echo "warning: this machine is too noisy now to tell all of $name" ;;
    *) exit 1 ;;
  esac
  return "$code"
}

# check NAME FLAGS...: the same, and what fails is a slowdown.
failed=()
check() {
  run_gate "$@"
  (( $? == 3 )) && failed+=("$1")
}

# Repeats at the end what failed, where people look first, and exits.
finish() {
  local name
  for name in "${failed[@]}"; do
    printf '\n== gate: failed: %s, on %s\n' "$name" \
      "$(sed -n 's/^model name\s*: //p;T;q' /proc/cpuinfo)"
    sed -n '/^| row /,/^[^|]*$/p' "$results/$name.md"
  done
  (( ${#failed[@]} == 0 )) && exit 0
  exit 3
}

check counts --gate_checks=counts --counts="$baseline" \
  --gate_files=bazel-bin/runtime/llm/run,bazel-bin/converter/convert
run_gate layouts --gate_checks=layouts --counts="$baseline"
layouts=$?

commit=$(sed -n 's/^ *"commit": "\([0-9a-f]*\)".*/\1/p' "$baseline")
if ! git cat-file -e "$commit^{commit}"; then
  echo "gate: $baseline names commit $commit, which this clone does not have;" \
    "fetch the whole history: git fetch --unshallow" >&2
  exit 1
fi
if git diff --quiet "$commit" -- "${sources[@]}"; then
  printf '\n== gate: nothing that computes has changed since %.9s\n' "$commit"
  if (( layouts == 3 )); then
    echo "warning: so the layouts that are slower above are slower on this" \
      "machine, not by a change; $baseline can name them as known_slower"
  fi
  finish
fi

# Building an older bench takes up to ten minutes on two busy cores.
if (( $(seconds_left) < 900 )); then
  echo "warning: the time is up: this build was not compared with ${commit:0:9}," \
    "and layouts that are slower above may be so by a change"
  finish
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
# A layout that is slower on this machine with the older build too has not become
# slower. The floors are this build's, so the older one is asked without.
if (( layouts == 3 && $(seconds_left) < 600 )); then
  echo "warning: no time to see whether the layouts that are slower above are" \
    "so in ${commit:0:9} too"
elif (( layouts == 3 )); then
  printf '\n== gate: layouts of %.9s\n' "$commit"
  "$bench" --gate --gate_checks=layouts --json="$results/layouts-before.json"
  (( $? == 0 || $? == 3 || $? == 4 )) || exit 1
  check layouts --gate_checks=layouts --counts="$baseline" \
    --layouts_before="$results/layouts-before.json"
fi

# The same kernel in another program may take 5 % longer, because it lies at
# other addresses; smaller changes show in the counts of instructions.
left=$(( $(seconds_left) - 60 ))
(( left > 0 )) &&
  check builds --gate_checks=builds --baseline_bin="$bench" --least_effect=7 \
    --time_limit="$left"
finish
