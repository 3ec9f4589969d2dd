#!/usr/bin/env bash
# Measures the tables of docs/converting.md on this machine. Takes about ten
# minutes; nothing else should run. No root needed.
#
#   scripts/benchmark_converting.sh [SECTION...]
#
# Sections: speed large relayout resume ranks effort; all if none is named.
# PEER is a llama-quantize of your own, to compare with. ROUNDS (5) and THREADS
# (2) say how. The models have random weights, TinyLlama-1.1B's shape (2.2 GB)
# and, for `large`, Mistral-7B's (14.5 GB), and are made once in FOLDER
# (.cache/converting). `effort` uses the small trained model of testdata.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${FOLDER:-.cache/converting}
rounds=${ROUNDS:-5}
threads=${THREADS:-2}
peer=${PEER:-}
gguf=$folder/tinyllama-1.1b-F16.gguf
output=$folder/out.arena
convert=bazel-bin/converter/convert
perplexity=bazel-bin/runtime/llm/perplexity
. scripts/measure.sh

scripts/install_packages.sh
bazel build //bench //converter:convert //converter/inspect //runtime/llm:perplexity >&2
mkdir -p "$folder"
if [[ ! -f $gguf ]]; then
  bazel-bin/bench/bench --synthetic=tinyllama-1.1b --types=F16 --n_prompt=0 \
    --n_gen=1 --repetitions=1 --keep="$folder" >&2
  rm -f "$folder"/tinyllama-1.1b-F16-*.arena
fi

# member NAME JSON: the mean of the object NAME.
member() { grep -o "\"$1\":{\"mean\":[^,}]*" <<<"$2" | grep -o '[^:]*$'; }

# peak COMMAND...: the most anonymous memory it had, in MiB, looked at ten times a second.
peak() {
  "$@" >/dev/null 2>&1 &
  local process=$! most=0 name value
  while [[ -e /proc/$process/status ]]; do
    while read -r name value _; do
      if [[ $name == RssAnon: ]] && ((value > most)); then most=$value; fi
    done <"/proc/$process/status" || true
    sleep 0.1
  done 2>/dev/null
  wait "$process"
  calc "$most / 1024" %.0f
}

to_arena() { rm -f "$output" && "$convert" --quantize "$1" --threads "$threads" --quiet "$gguf" "$output" "${@:2}"; }
peer_quantize() { rm -f "$folder/peer.gguf" && "$peer" "$gguf" "$folder/peer.gguf" "$1" "$threads"; }

# ---- the sections ----

measure_speed() {
  echo "| F16 GGUF of 2.2 GB, warm cache, to | convert s | llama-quantize s | convert is faster by | least and most | convert's peak anonymous MiB |"
  echo "|---|---|---|---|---|---|"
  local type i ours theirs ratios
  cat "$gguf" >/dev/null
  for type in Q4_0 Q8_0 Q4_K_M Q5_K_M Q6_K; do
    ours=() theirs=() ratios=()
    for ((i = 0; i < rounds; i++)); do
      ours+=("$(seconds to_arena "$type")")
      [[ -n $peer ]] || continue
      theirs+=("$(seconds peer_quantize "$type")")
      ratios+=("$(calc "${theirs[-1]} / ${ours[-1]}" %.2f)")
    done
    local o t="" r="" range=""
    o=$(printf '%s\n' "${ours[@]}" | median)
    if [[ -n $peer ]]; then
      t=$(printf '%s\n' "${theirs[@]}" | median)
      r="$(printf '%s\n' "${ratios[@]}" | median)x"
      range=$(printf '%s\n' "${ratios[@]}" | sort -g | sed -n '1p;$p' | paste -sd' ')
    fi
    rm -f "$output"
    echo "| $type | $o | $t | $r | $range | $(peak "$convert" --quantize "$type" --threads "$threads" --quiet "$gguf" "$output") |"
  done
}

measure_large() {
  local model=$folder/mistral-7b disk file start time bytes
  [[ -f $model/config.json ]] || scripts/random_checkpoint.py "$model" 3
  bytes=$(cat "$model"/*.safetensors | wc -c)
  echo "| 14.5 GB of F16 safetensors in 3 shards, cold cache, to Q4_0 | |"
  echo "|---|---|"
  for file in "$model"/*.safetensors; do drop "$file"; done
  start=$EPOCHREALTIME
  for file in "$model"/*.safetensors; do dd if="$file" of=/dev/null bs=2M iflag=direct status=none; done
  disk=$(calc "$bytes / 1e9 / ($EPOCHREALTIME - $start)" %.2f)
  local memory
  start=$EPOCHREALTIME
  rm -f "$output"
  memory=$(peak "$convert" --quantize Q4_0 --threads "$threads" --quiet "$model" "$output")
  time=$(calc "$EPOCHREALTIME - $start" %.1f)
  echo "| time | $time s |"
  echo "| rate | $(calc "$bytes / 1e9 / $time" %.2f) GB/s of input |"
  echo "| the disk alone, in order, past the cache | $disk GB/s |"
  echo "| peak anonymous memory | $memory MiB |"
}

measure_relayout() {
  echo "| Q4_0 arena of 640 MB to the layout | s | GB/s |"
  echo "|---|---|---|"
  local layout i times t size
  to_arena Q4_0
  mv "$output" "$folder/in.arena"
  size=$(stat -c %s "$folder/in.arena")
  for layout in interleaved rowmajor swizzled transposed; do
    times=()
    for ((i = 0; i < rounds; i++)); do
      rm -f "$output"
      times+=("$(seconds "$convert" --layout $layout --threads "$threads" --quiet "$folder/in.arena" "$output")")
    done
    t=$(printf '%s\n' "${times[@]}" | median)
    echo "| $layout | $t | $(calc "$size / 1e9 / $t" %.2f) |"
  done
  times=()
  for ((i = 0; i < rounds; i++)); do times+=("$(seconds dd if="$folder/in.arena" of="$output" bs=2M conv=fsync)"); done
  t=$(printf '%s\n' "${times[@]}" | median)
  echo "| dd bs=2M conv=fsync of the same file | $t | $(calc "$size / 1e9 / $t" %.2f) |"
}

measure_resume() {
  local whole reference identical=0 i process stray=0 kept=0
  to_arena Q4_0
  whole=$(seconds to_arena Q4_0)
  reference=$(sha256sum <"$output")
  for ((i = 0; i < 20; i++)); do
    rm -f "$output"
    "$convert" --quantize Q4_0 --threads "$threads" --quiet "$gguf" "$output" &
    process=$!
    sleep "$(calc "$whole * $RANDOM / 32768")"
    kill -KILL "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
    [[ ! -f $output.partial ]] || kept=$((kept + 1))
    [[ -f $output ]] || "$convert" --quantize Q4_0 --threads "$threads" --quiet --resume "$gguf" "$output"
    [[ $(sha256sum <"$output") != "$reference" ]] || identical=$((identical + 1))
    [[ ! -e $output.partial ]] || stray=$((stray + 1))
  done
  echo "killed at 20 random moments of ${whole} s ($kept times before the end), resumed: $identical of 20 arenas identical, $stray stray files"
}

measure_ranks() {
  echo "| ranks, one thread each | s | SHA-256 |"
  echo "|---|---|---|"
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  local ranks time
  for ranks in 1 2 3; do
    rm -f "$output"
    time=$(seconds mpirun -n $ranks "$convert" --quantize Q4_K_M --threads 1 --quiet "$gguf" "$output")
    echo "| $ranks | $time | $(sha256sum <"$output" | cut -c1-16)... |"
  done
}

measure_effort() {
  echo "| testdata/tiny | bits per weight | RMSE | mean NLL | KL to F32 |"
  echo "|---|---|---|---|---|"
  local type flags report score
  "$convert" --quantize F32 --quiet --overwrite testdata/tiny "$folder/f32.arena"
  for flags in "--quantize Q4_0" "--quantize Q4_0 --effort high" "--quantize Q4_K_M" \
    "--quantize Q4_K_M --effort high" "--target_bpw 4.5" "--target_bpw 4.5 --effort high" "--target_bpw 4.7 --effort high"; do
    # shellcheck disable=SC2086
    report=$("$convert" $flags --quiet --json --overwrite testdata/tiny "$output" | tail -14)
    score=$("$perplexity" "$output" --base "$folder/f32.arena" --file testdata/tiny/eval.txt --score all --json --quiet)
    echo "| \`$flags\` | $(calc "$(field bits_per_weight <<<"$report")" %.3f) | $(calc "$(field rmse <<<"$report")" %.6f) | $(calc "$(member nll "$score")" %.6f) | $(calc "$(member kl_divergence "$score")" %.6f) |"
  done
}

sections=("$@")
((${#sections[@]} > 0)) || sections=(speed large relayout resume ranks effort)
for section in "${sections[@]}"; do
  "measure_$section"
  echo
done
rm -f "$output" "$folder/peer.gguf" "$folder/in.arena" "$folder/f32.arena"
