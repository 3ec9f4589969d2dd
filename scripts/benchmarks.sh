#!/usr/bin/env bash
# Measures everything that docs/benchmarks.md shows, on this machine, and fills
# its tables and that of README.md. Takes about half an hour; nothing else should
# run.
#
#   scripts/benchmarks.sh [RESULTS]
#
# RESULTS (.cache/benchmarks) gets a JSON file for each table. PEERS is a list
# of your own llama-benches, separated by commas, to compare with, first that of
# llama.cpp, then that of ik_llama.cpp, as README.md has them; PEER_ARGS their
# arguments, separated by ';'. SHAPE (tinyllama-1.1b), TYPES, ROUNDS and
# THREADS choose what is measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=${1:-.cache/benchmarks}
shape=${SHAPE:-tinyllama-1.1b}
types=${TYPES:-Q4_0,Q4_K_M,Q8_0,F16}
threads=${THREADS:-0}
arguments=${PEER_ARGS:-}
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

synthetic=(--synthetic="$shape")
measure models "${synthetic[@]}" --types="$types" --repetitions=3
threads=1 measure models_1 "${synthetic[@]}" --types=Q4_0,Q8_0,F16 --repetitions=3 --n_prompt=0 --n_gen=64
measure kernel_layouts --kernels --shapes="$shape" --layouts=interleaved,transposed,swizzled,rowmajor --types=Q4_0,Q4_K,Q8_0,F16
measure zeros --kernels --shapes="$shape" --layouts=interleaved,transposed --types=F16 --tokens=1 --zeros=0.9
measure kernels --kernels --shapes="$shape"
if [[ -n ${PEERS:-} ]]; then
  turns=(--rounds="${ROUNDS:-5}" --repetitions=1)
  measure peers "${synthetic[@]}" --types="$types" "${turns[@]}" --peer="$PEERS" --peer_args="$arguments"
  # The rest with the first peer alone.
  first=("${synthetic[@]}" --types=Q4_0 "${turns[@]}" --peer="${PEERS%%,*}" --peer_args="${arguments%%;*}")
  measure peers_batch "${first[@]}" --n_prompt=0 --n_gen=0 --batch=1,2,4,8,16,32
  measure peers_depth "${first[@]}" --n_prompt=0 --n_gen=32 --n_depth=0,1900
  measure peers_prompt "${first[@]}" --n_prompt=2048 --n_gen=0
fi

bazel-bin/bench/fill_tables docs/benchmarks.md README.md "$results"
