#!/usr/bin/env bash
# Measures the tables of docs/converting.md, and that of README.md about
# converting, on this machine, and fills them. Takes about ten minutes; nothing
# else should run. No root needed.
#
#   scripts/benchmark_converting.sh [SECTION...]
#
# Sections: speed large relayout resume ranks effort; all if none is named. Each
# becomes RESULTS/converting_SECTION.json (.cache/benchmarks).
# PEER is a llama-quantize of your own, to compare with. ROUNDS (5) and THREADS
# (2) say how. The models have random weights, the shape SHAPE (tinyllama-1.1b:
# 2.2 GB) and, for `large`, that of Mistral-7B (14.5 GB), and are made once in
# FOLDER (.cache/converting). `effort` uses the small trained model of testdata.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${FOLDER:-.cache/converting}
results=${RESULTS:-.cache/benchmarks}
shape=${SHAPE:-tinyllama-1.1b}
rounds=${ROUNDS:-5}
threads=${THREADS:-2}
peer=${PEER:-}
gguf=$folder/$shape-F16.gguf
output=$folder/out.arena
convert=bazel-bin/converter/convert
perplexity=bazel-bin/runtime/llm/perplexity
. scripts/measure.sh

scripts/install_packages.sh
bazel build //bench //bench:fill_tables //bench:keep_results //converter:convert //converter/inspect //runtime/llm:perplexity >&2
mkdir -p "$folder" "$results"
if [[ ! -f $gguf ]]; then
  # It may find its own figures impossible, which are not wanted here.
  bazel-bin/bench/bench --synthetic="$shape" --types=F16 --n_prompt=0 \
    --n_gen=1 --repetitions=1 --keep="$folder" >&2 || true
  rm -f "$folder/$shape"-F16-*.arena
fi

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
  line type seconds peer_seconds ratio ratio_min ratio_max anonymous_mib
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
    local o t="" r="" least="" most=""
    o=$(printf '%s\n' "${ours[@]}" | median)
    if [[ -n $peer ]]; then
      t=$(printf '%s\n' "${theirs[@]}" | median)
      r=$(printf '%s\n' "${ratios[@]}" | median)
      least=$(printf '%s\n' "${ratios[@]}" | sort -g | head -1)
      most=$(printf '%s\n' "${ratios[@]}" | sort -g | tail -1)
    fi
    rm -f "$output"
    line "$type" "$o" "$t" "$r" "$least" "$most" \
      "$(peak "$convert" --quantize "$type" --threads "$threads" --quiet "$gguf" "$output")"
  done
}

measure_large() {
  local model=$folder/mistral-7b disk file start time bytes
  [[ -f $model/config.json ]] || scripts/random_checkpoint.py "$model" 3
  bytes=$(cat "$model"/*.safetensors | wc -c)
  for file in "$model"/*.safetensors; do drop "$file"; done
  start=$EPOCHREALTIME
  for file in "$model"/*.safetensors; do dd if="$file" of=/dev/null bs=2M iflag=direct status=none; done
  disk=$(calc "$bytes / 1e9 / ($EPOCHREALTIME - $start)" %.2f)
  local memory
  start=$EPOCHREALTIME
  rm -f "$output"
  memory=$(peak "$convert" --quantize Q4_0 --threads "$threads" --quiet "$model" "$output")
  time=$(calc "$EPOCHREALTIME - $start" %.1f)
  line seconds gb_s disk_gb_s anonymous_mib
  line "$time" "$(calc "$bytes / 1e9 / $time" %.2f)" "$disk" "$memory"
}

measure_relayout() {
  line layout seconds gb_s
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
    line "$layout" "$t" "$(calc "$size / 1e9 / $t" %.2f)"
  done
  times=()
  for ((i = 0; i < rounds; i++)); do times+=("$(seconds dd if="$folder/in.arena" of="$output" bs=2M conv=fsync)"); done
  t=$(printf '%s\n' "${times[@]}" | median)
  line "\`dd bs=2M conv=fsync\` of the same file" "$t" "$(calc "$size / 1e9 / $t" %.2f)"
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
  line kills whole_seconds before_the_end identical stray_files
  line 20 "$whole" "$kept" "$identical" "$stray"
}

measure_ranks() {
  line ranks seconds sha256
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  local ranks time
  for ranks in 1 2 3; do
    rm -f "$output"
    time=$(seconds mpirun -n $ranks "$convert" --quantize Q4_K_M --threads 1 --quiet "$gguf" "$output")
    line "$ranks" "$time" "$(sha256sum <"$output" | cut -c1-16)..."
  done
}

measure_effort() {
  line flags bits_per_weight rmse nll kl_divergence
  local type flags report score
  "$convert" --quantize F32 --quiet --overwrite testdata/tiny "$folder/f32.arena"
  for flags in "--quantize Q4_0" "--quantize Q4_0 --effort high" "--quantize Q4_K_M" \
    "--quantize Q4_K_M --effort high" "--target_bpw 4.5" "--target_bpw 4.5 --effort high" "--target_bpw 4.7 --effort high"; do
    # shellcheck disable=SC2086
    report=$("$convert" $flags --quiet --json --overwrite testdata/tiny "$output")
    score=$("$perplexity" "$output" --base "$folder/f32.arena" --file testdata/tiny/eval.txt --score all --json --quiet)
    line "\`$flags\`" "$(field outputs.0.quality.bits_per_weight <<<"$report")" "$(field outputs.0.quality.error.rmse <<<"$report")" \
      "$(field nll.mean <<<"$score")" "$(field comparison.kl_divergence.mean <<<"$score")"
  done
}

sections=("$@")
((${#sections[@]} > 0)) || sections=(speed large relayout resume ranks effort)
for section in "${sections[@]}"; do
  keep "converting_$section" "measure_$section"
  echo
done
rm -f "$output" "$folder/peer.gguf" "$folder/in.arena" "$folder/f32.arena"
bazel-bin/bench/fill_tables docs/converting.md README.md "$results"
