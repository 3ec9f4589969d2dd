#!/usr/bin/env bash
# Guards speed: counts against bench/gate/baseline.json, layouts against each
# other and against the limits of the machine, and, if code that computes has
# changed since the commit that the baseline names, this build against that one.
#
#   scripts/gate.sh [BAZEL FLAGS]
#
# Exit code 0: no slower, or too noisy to tell, which is said; 3: slower; another
# one: the gate could not run. bazel-bin/gate has the results as JSON and text.
# docs/benchmarks.md, "The gate", says how it decides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

baseline=bench/gate/baseline.json
# What a token's time depends on.
sources=(base formats runtime/kernels runtime/ops runtime/model runtime/loader bench bazel .bazelrc)

scripts/install_packages.sh || exit 1
scripts/install_packages.sh scripts/packages_gate.txt || exit 1
bazel build "$@" //bench //runtime/llm:run //converter:convert || exit 1
results=bazel-bin/gate
mkdir -p "$results"

# report NAME FLAGS...: runs the gate; its table goes to stdout, its JSON to
# RESULTS/NAME.json.
worst=0
check() {
  local name=$1 code
  shift
  printf '\n== gate, %s\n' "$name"
  bazel-bin/bench/bench --gate --output=json "$@" > "$results/$name.json"
  code=$?
  case $code in
    0 | 3 | 4) bazel-bin/bench/bench --show_gate "$results/$name.json" | tee "$results/$name.md" ;;
  esac
  case $code in
    0) ;;
    4) echo "warning: this machine is too noisy now to tell (gate, $name)" ;;
    *) worst=$code ;;
  esac
}

check counts_and_layouts --counts="$baseline" --gate_checks=counts,layouts \
  --gate_files=bazel-bin/runtime/llm/run,bazel-bin/converter/convert

commit=$(sed -n 's/^ *"commit": "\([0-9a-f]*\)".*/\1/p' "$baseline")
if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
  echo "gate: the history does not reach back to $commit, which $baseline names; fetch it (git fetch --unshallow)" >&2
  exit 1
fi
if git diff --quiet "$commit" -- "${sources[@]}"; then
  printf '\n== gate: nothing that computes has changed since %.9s\n' "$commit"
else
  printf '\n== gate: building %.9s to compare with\n' "$commit"
  old=$(mktemp -d)
  trap 'git worktree remove --force "$old/tree" 2>/dev/null; rm -rf "$old"' EXIT
  git worktree add --quiet --detach "$old/tree" "$commit" || exit 1
  (cd "$old/tree" && bazel build "$@" //bench && cp bazel-bin/bench/bench "$old/bench"; status=$?
   bazel shutdown; exit "$status") || exit 1
  check builds --gate_checks=builds --baseline_bin="$old/bench"
fi
exit "$worst"
