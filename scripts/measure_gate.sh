#!/usr/bin/env bash
# How often the gate is wrong, on this machine: the figures of docs/benchmarks.md,
# "How sure the gate is".
#
#   scripts/measure_gate.sh same [N]     N gates (50) of a build against itself
#   scripts/measure_gate.sh slower [N]   N gates (20) for each slowdown of the
#                                        interleaved Q4_0 kernels that is planted
#   scripts/measure_gate.sh counts [N]   N gates (20) for each thing that is done
#                                        once too often
#   scripts/measure_gate.sh layouts      an inversion of layouts and a wrong
#                                        choice of auto
#
# Each gate looks at the rows that matter here, which takes seconds. "noisy" is
# the gate's word for a machine on which it cannot tell; where something was
# planted, it counts as missed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bazel build //bench //tests/bench/gate:planted_bench || exit 1
bench=bazel-bin/bench/bench
planted=bazel-bin/tests/bench/gate/planted_bench
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# verdicts PLANT FLAGS...: "ROW: VERDICT" for each row of one gate.
verdicts() {
  local plant=$1
  shift
  TESSERA_PLANT=$plant "$planted" --gate --quiet --json="$folder/gate.json" "$@" >/dev/null
  python3 - "$folder/gate.json" <<'P'
import json, sys
for record in json.load(open(sys.argv[1]))["records"]:
    if record["kind"] != "figure":
        print(record["row"] + ": " + record["verdict"])
P
}

# repeat N PLANT FLAGS...: how often each row got which verdict, and the time.
repeat() {
  local count=$1 start=$EPOCHSECONDS
  shift
  for (( i = 0; i < count; ++i )); do verdicts "$@"; done | sort | uniq -c |
    sed "s|^|  |"
  echo "  $(( (EPOCHSECONDS - start) / count )) s each"
}

q4_0=(--gate_checks=builds --baseline_bin="$bench" --filter="kernel Q4_0 interleaved")
case ${1:-} in
  same)
    echo "the same build, ${2:-50} gates:"
    repeat "${2:-50}" "" "${q4_0[@]}"
    ;;
  slower)
    for percent in 5 10 15 30; do
      echo "$percent % slower, ${2:-20} gates:"
      repeat "${2:-20}" "gemv=$percent,gemm=$percent" "${q4_0[@]}"
    done
    ;;
  counts)
    # What the planted program does without anything planted: the functions that
    # stand in for others take instructions, too.
    TESSERA_PLANT='' "$planted" --update_baseline --counts="$folder/counts.json" --quiet ||
      exit 1
    for plant in instruction barrier allocation; do
      case $plant in
        instruction) filter="gemv Q4_0 interleaved instructions" ;;
        barrier) filter="small Q4_0 interleaved barriers" ;;
        allocation) filter="small Q4_0 interleaved allocations" ;;
      esac
      echo "one more $plant, ${2:-20} gates:"
      repeat "${2:-20}" "$plant" --gate_checks=counts --counts="$folder/counts.json" \
        --filter="$filter"
    done
    ;;
  layouts)
    echo "interleaved Q4_0 slower than swizzled:"
    repeat 1 gemv=150 --gate_checks=layouts --filter="layout Q4_0 swizzled t1"
    echo "auto takes transposed for F16:"
    repeat 1 auto --gate_checks=layouts --filter="auto F16 t1"
    ;;
  *)
    sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed '$d; s/^# \{0,1\}//' >&2
    exit 2
    ;;
esac
