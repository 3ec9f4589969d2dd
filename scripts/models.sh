#!/usr/bin/env bash
# Runs the tiny models of testdata/arch, from each form that they have, with
# every instruction set of this machine, and puts how near they come to their
# reference logits into docs/models.md.
#
#   scripts/models.sh [RESULTS]    a folder, default .cache/models
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=${1:-.cache/models}
# shellcheck disable=SC2034  # read by keep
threads=2
# shellcheck source=scripts/measure.sh
. scripts/measure.sh
mkdir -p "$results"

scripts/install_packages.sh
bazel build //bench:fill_tables //bench:keep_results //tests/e2e:architecture_report >&2

# The worst of all instruction sets and prompts.
worst() {
  bazel-bin/tests/e2e/architecture_report --tabs --all_isas testdata/arch/* | awk -F '\t' -v OFS='\t' '
    NR == 1 {print "model", "input", "reference", "millionths", "greedy"; next}
    {
      key = $1 OFS $2 OFS $3
      if (!(key in greedy)) {keys[++count] = key; difference[key] = -1; greedy[key] = $6}
      if ($5 * 1e6 > difference[key]) difference[key] = $5 * 1e6
      split(greedy[key] ", " $6, equal, ", ")
      for (i in equal) if (equal[i] + 0 < greedy[key] + 0) greedy[key] = equal[i]
      sub(/,.*/, "", greedy[key])
    }
    END {for (i = 1; i <= count; ++i) print keys[i], difference[keys[i]], greedy[keys[i]]}'
}

keep models worst
bazel-bin/bench/fill_tables docs/models.md "$results"
