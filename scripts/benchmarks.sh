#!/usr/bin/env bash
# Measures everything that docs/benchmarks.md shows, on this machine, and fills
# its tables. Takes about an hour; nothing else should run.
#
#   scripts/benchmarks.sh [RESULTS]
#
# RESULTS (.cache/benchmarks) gets a JSON file for each table. PEERS is a list
# of your own llama-benches, separated by commas, to compare with; PEER_ARGS
# their arguments, separated by ';'. SHAPE (tinyllama-1.1b), TYPES, ROUNDS and
# THREADS choose what is measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=${1:-.cache/benchmarks}
shape=${SHAPE:-tinyllama-1.1b}
types=${TYPES:-Q4_0,Q4_K_M,Q8_0,F16}
layouts=interleaved,transposed,swizzled,rowmajor
threads=${THREADS:-0}
mkdir -p "$results"

scripts/install_packages.sh
bazel build //bench //bench:fill_tables

# measure NAME FLAGS...: RESULTS/NAME.json, which is there only when complete.
measure() {
  local name=$1
  shift
  printf '\n== %s: bench %s\n' "$name" "$*" >&2
  bazel-bin/bench/bench --output=json --threads="$threads" "$@" > "$results/$name.part"
  mv "$results/$name.part" "$results/$name.json"
}

synthetic=(--synthetic="$shape" --types="$types")
measure kernels --kernels --shapes="$shape"
measure kernel_layouts --kernels --shapes="$shape" --layouts="$layouts" --types=Q4_0,Q4_K,Q8_0,F16
measure models "${synthetic[@]}"
measure model_layouts "${synthetic[@]}" --layouts="$layouts,auto" --repetitions=3
measure depth "${synthetic[@]}" --n_prompt=0,2048 --n_depth=0,1900
measure batch --synthetic="$shape" --types=Q4_0 --n_prompt=0 --n_gen=0 --batch=1,2,4,8,16,32
if [[ -n ${PEERS:-} ]]; then
  peers=(--peer="$PEERS" --peer_args="${PEER_ARGS:-}" --rounds="${ROUNDS:-5}" --repetitions=2)
  measure peers "${synthetic[@]}" "${peers[@]}"
  measure peers_batch --synthetic="$shape" --types=Q4_0 --n_prompt=0 --n_gen=0 --batch=1,2,4,8,16,32 "${peers[@]}"
fi

if [[ -f docs/benchmarks.md ]]; then
  bazel-bin/bench/fill_tables docs/benchmarks.md "$results"
fi
