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

bazel build //tests/bench/gate:planted_bench || exit 1
planted=bazel-bin/tests/bench/gate/planted_bench
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The same program with nothing planted: another one, even of the same source,
# may be some percent off (docs/benchmarks.md, "How sure the gate is").
unplanted=$folder/unplanted
printf '#!/bin/sh\nTESSERA_PLANT= exec "%s" "$@"\n' "$PWD/$planted" >"$unplanted"
chmod +x "$unplanted"

# repeat N PLANT FLAGS...: how often each row got which verdict, what the gates
# measured (least, median and greatest value), and the time.
repeat() {
  local count=$1 plant=$2 start=$EPOCHSECONDS i
  shift 2
  rm -f "$folder"/gate*.json
  for (( i = 0; i < count; ++i )); do
    TESSERA_PLANT=$plant "$planted" --gate --quiet --json="$folder/gate$i.json" "$@" \
      >/dev/null
  done
  python3 - "$folder"/gate*.json <<'P'
import collections, json, statistics, sys
verdicts = collections.defaultdict(collections.Counter)
values = collections.defaultdict(list)
for path in sys.argv[1:]:
    for record in json.load(open(path))["records"]:
        if record["kind"] != "figure":
            verdicts[record["row"]][record["verdict"]] += 1
            values[record["row"]].append(record["value"])
for row, counts in verdicts.items():
    print(f"  {row}: " + ", ".join(f"{n} {v}" for v, n in counts.most_common()) +
          ", at %.6g (%.6g to %.6g)" % (statistics.median(values[row]),
                                        min(values[row]), max(values[row])))
P
  echo "  $(( (EPOCHSECONDS - start) / count )) s each"
}

q4_0=(--gate_checks=builds --baseline_bin="$unplanted" --filter="kernel Q4_0 interleaved")
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
    cp bench/gate/baseline.json "$folder/counts.json"  # its commit and floors stay
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
