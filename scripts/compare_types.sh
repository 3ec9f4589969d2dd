#!/usr/bin/env bash
# What quantizing a model costs: a Markdown table of bits per weight, negative
# log likelihood and divergence, for mixes and for types chosen for a size.
#
#   scripts/compare_types.sh MODEL TEXT [CHOICE...]
#
# MODEL is what `convert` reads, in float weights, and what the others are
# compared with. TEXT is a file; all of it counts. A CHOICE is a mix (Q4_K_M) or
# a number of bits per weight (4.5); by default some of both. IMATRIX, an
# importance matrix (measured on another text), gives two more columns. EFFORT
# is normal or high.
set -euo pipefail

if (( $# < 2 )); then
  sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
effort=${EFFORT:-normal}
model=$(realpath "$1")
text=$(realpath "$2")
shift 2
imatrix=${IMATRIX:+$(realpath "$IMATRIX")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
(( $# > 0 )) || set -- Q4_0 Q4_K_S Q4_K_M Q5_K_M Q6_K 4.5 4.7 4.8 4.9 5.7 6.6

bazel build //converter:convert //runtime/llm:perplexity
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
bazel-bin/converter/convert --quiet "$model" "$folder/base.arena"

# measure CHOICE FLAGS...: "bits | NLL | KL".
measure() {
  local choice=$1 report score
  shift
  case $choice in
    [0-9]*) set -- --target_bpw="$choice" "$@" ;;
    *) set -- --quantize="$choice" "$@" ;;
  esac
  set -- --effort="$effort" "$@"
  report=$(bazel-bin/converter/convert --json --quiet --overwrite "$@" \
    "$model" "$folder/choice.arena")
  score=$(bazel-bin/runtime/llm/perplexity "$folder/choice.arena" \
    --base "$folder/base.arena" --file "$text" --score all --json --quiet)
  # The total comes after the tensors.
  printf '%.3f | %.6f | %.6f' \
    "$(sed -n 's/.*"bits_per_weight": \([0-9.e-]*\).*/\1/p' <<< "$report" | tail -n 1)" \
    "$(sed -n 's/.*"nll":{"mean":\([0-9.e-]*\).*/\1/p' <<< "$score")" \
    "$(sed -n 's/.*"kl_divergence":{"mean":\([0-9.e-]*\).*/\1/p' <<< "$score")"
}

header='| choice | bits per weight | NLL | KL |'
line='|---|---:|---:|---:|'
if [[ -n $imatrix ]]; then
  header+=' NLL, imatrix | KL, imatrix |'
  line+='---:|---:|'
fi
printf '%s\n%s\n' "$header" "$line"
for choice in "$@"; do
  printf '| %s | %s |' "$choice" "$(measure "$choice")"
  if [[ -n $imatrix ]]; then
    # The bits are the same, or nearly so within a budget.
    printf ' %s |' "$(measure "$choice" --imatrix="$imatrix" | cut -d' ' -f3-)"
  fi
  printf '\n'
done
