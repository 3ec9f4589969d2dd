#!/usr/bin/env bash
# Measures the tables of docs/loading.md on this machine. Takes a few minutes;
# nothing else should run. No root needed.
#
#   scripts/benchmark_loading.sh [SECTION...]
#
# Sections: warm cold pages readers modes shared cut; all if none is named.
# PEER is a llama-completion of your own, to compare with. ROUNDS (7) and
# THREADS (2) say how. The model has random weights, TinyLlama-1.1B's shape, and
# is made once in FOLDER (.cache/loading), with a GGUF of the same blocks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${FOLDER:-.cache/loading}
rounds=${ROUNDS:-7}
threads=${THREADS:-2}
peer=${PEER:-}
arena=$folder/tinyllama-1.1b-Q4_0-interleaved.arena
gguf=$folder/tinyllama-1.1b-Q4_0.gguf
run=bazel-bin/runtime/llm/run
. scripts/measure.sh

scripts/install_packages.sh
bazel build //bench //runtime/llm:run //converter/inspect >&2
if [[ ! -f $arena ]]; then
  mkdir -p "$folder"
  bazel-bin/bench/bench --synthetic=tinyllama-1.1b --types=Q4_0 --n_prompt=0 \
    --n_gen=1 --repetitions=1 --keep="$folder" >&2
fi

# An empty prompt is one token: begin of text.
first_token() { "$run" "$1" --file /dev/null --n_predict 1 --temperature 0 --threads "$threads" "${@:2}"; }
generate() { "$run" "$1" --prompt a --n_predict "$2" --temperature 0 --threads "$threads" --ignore_eos "${@:3}"; }
peer_first_token() {
  "$peer" -m "$gguf" -p "" -n 1 -t "$threads" -no-cnv --no-warmup --temp 0 "$@" </dev/null
}

# ---- the sections ----

measure_warm() {
  echo "| warm cache, process start to first token | s | Tessera is faster by |"
  echo "|---|---|---|"
  local ours=() repacking=() plain=()
  drop "$arena" && cat "$gguf" >/dev/null
  seconds first_token "$arena" >/dev/null
  for ((i = 0; i < rounds; i++)); do
    ours+=("$(seconds first_token "$arena")")
    [[ -n $peer ]] || continue
    repacking+=("$(seconds peer_first_token)")
    plain+=("$(seconds peer_first_token --no-repack)")
  done
  local t r p
  t=$(printf '%s\n' "${ours[@]}" | median)
  echo "| Tessera | $t | |"
  if [[ -n $peer ]]; then
    r=$(printf '%s\n' "${repacking[@]}" | median)
    p=$(printf '%s\n' "${plain[@]}" | median)
    echo "| llama.cpp, repacking | $r | $(calc "$r / $t" %.1f)x |"
    echo "| llama.cpp, --no-repack | $p | $(calc "$p / $t" %.1f)x |"
  fi
}

# disk_seconds FILE: to read it in order past the page cache.
disk_seconds() { seconds dd if="$1" of=/dev/null bs=2M iflag=direct; }

measure_cold() {
  echo "| cold cache | s |"
  echo "|---|---|"
  local disk=() ours=() lazy=() small=()
  for ((i = 0; i < rounds; i++)); do
    drop "$arena" && disk+=("$(disk_seconds "$arena")")
    drop "$arena" && ours+=("$(seconds first_token "$arena")")
    drop "$arena" && lazy+=("$(seconds first_token "$arena" --populate=lazy)")
    drop "$arena" && small+=("$(seconds first_token "$arena" --populate=lazy --huge_pages=off)")
  done
  local d t
  d=$(printf '%s\n' "${disk[@]}" | median)
  t=$(printf '%s\n' "${ours[@]}" | median)
  echo "| the disk alone: dd bs=2M iflag=direct | $d |"
  echo "| Tessera, process start to first token | $t ($(calc "$t / $d" %.2f) of the disk's) |"
  echo "| with --populate=lazy | $(printf '%s\n' "${lazy[@]}" | median) |"
  echo "| with --populate=lazy --huge_pages=off | $(printf '%s\n' "${small[@]}" | median) |"
}

share() { first_token "$@" --json 2>/dev/null | field huge_page_share; }

measure_pages() {
  local copy=$folder/copy.arena
  echo "| hot section in huge pages | share |"
  echo "|---|---|"
  rm -f "$folder/fresh.arena"
  bazel-bin/bench/bench --synthetic=tinyllama-1.1b --types=Q4_0 --n_prompt=0 --n_gen=1 \
    --repetitions=1 --keep="$folder/fresh" --output=json --quiet 2>/dev/null >"$folder/fresh.json"
  echo "| right after convert | $(share "$folder/fresh/$(basename "$arena")") |"
  rm -r "$folder/fresh" "$folder/fresh.json"
  cp --reflink=never "$arena" "$copy" && drop "$copy"
  echo "| plain copy (cp), cold start | $(share "$copy") |"
  rm "$copy" && cat "$arena" >"$copy"
  echo "| plain copy (cat), cache warm | $(share "$copy") |"
  bazel-bin/converter/inspect/inspect --rewarm --quiet "$copy" >&2
  echo "| the same after inspect --rewarm | $(share "$copy") |"
  rm "$copy"
}

measure_readers() {
  echo "| --readers | cold: read, GB/s | cold: first token, s | warm: first token, s |"
  echo "|---|---|---|---|"
  for n in 1 2 4 8 16; do
    local rate=() first=() hot=()
    for ((i = 0; i < rounds; i++)); do
      drop "$arena"
      local json
      json=$(first_token "$arena" --readers="$n" --json 2>/dev/null)
      rate+=("$(field gigabytes_per_second <<<"$json")")
      first+=("$(field first_token_seconds <<<"$json")")
      hot+=("$(first_token "$arena" --readers="$n" --json 2>/dev/null | field first_token_seconds)")
    done
    printf '| %d | %.2f | %.3f | %.3f |\n' "$n" "$(printf '%s\n' "${rate[@]}" | median)" \
      "$(printf '%s\n' "${first[@]}" | median)" "$(printf '%s\n' "${hot[@]}" | median)"
  done
}

measure_modes() {
  echo "| --huge_pages | of what was asked for, in huge pages | private, MB | load and read, warm, s | decode, tokens/s |"
  echo "|---|---|---|---|---|"
  local all=(auto file thp hugetlb off) fresh=$folder/modes.arena
  declare -A rate json
  # Read into memory now: pages that have lain there for long may have been
  # split by whatever reclaims memory.
  cp "$arena" "$fresh" && drop "$fresh"
  for ((i = 0; i < rounds; i++)); do
    for mode in "${all[@]}"; do
      json[$mode]=$(generate "$fresh" 64 --huge_pages="$mode" --json 2>/dev/null)
      rate[$mode]+="$(sed 's/.*"decode"://' <<<"${json[$mode]}" | field tokens_per_second)"$'\n'
    done
  done
  rm "$fresh"
  for mode in "${all[@]}"; do
    local share=${json[$mode]}
    local open read
    open=$(field open_seconds <<<"$share")
    read=$(field read_seconds <<<"$share")
    printf '| %s | %.0f %% | %.0f | %.3f | %.1f |\n' "$mode" \
      "$(calc "$(field asked_bytes <<<"$share") == 0 ? 0 : 100 * $(field huge_page_share <<<"$share")" %.1f)" \
      "$(calc "$(field private_bytes <<<"$share") / 1e6" %.0f)" \
      "$(calc "$open > $read ? $open : $read")" \
      "$(printf '%s' "${rate[$mode]}" | median)"
  done
}

# rollup PID KEY: megabytes.
rollup() { awk -v key="$2:" '$1 == key {print $2 / 1000}' "/proc/$1/smaps_rollup"; }

measure_shared() {
  echo "| processes | sum of PSS, MB | of one | private beyond cache and activations, MB |"
  echo "|---|---|---|---|"
  local one=0
  for count in 1 4; do
    local pids=() sum=0 private=0
    for ((i = 0; i < count; i++)); do
      "$run" "$arena" --prompt a --n_predict 2000 --temperature 0 \
        --threads "$threads" --ignore_eos >/dev/null 2>&1 &
      pids+=($!)
    done
    sleep $((2 * count))
    for pid in "${pids[@]}"; do
      sum=$(calc "$sum + $(rollup "$pid" Pss)")
      private=$(rollup "$pid" Private_Dirty)
    done
    kill "${pids[@]}"
    wait 2>/dev/null || true
    [[ $count == 1 ]] && one=$sum
    local own
    own=$(generate "$arena" 1 --json 2>/dev/null | field memory_bytes)
    echo "| $count | $(calc "$sum" %.0f) | $(calc "$sum / $one" %.2f)x | private dirty $(calc "$private" %.0f), cache and activations up to $(calc "$own / 1e6" %.0f) |"
  done
}

measure_cut() {
  local copy=$folder/cut.arena clean=0 total=${CUTS:-100} size
  size=$(stat -c %s "$arena")
  for ((i = 0; i < total; i++)); do
    cp --reflink=auto "$arena" "$copy"
    generate "$copy" 100000 >/dev/null 2>"$folder/cut.err" &
    local pid=$!
    sleep "$(calc "0.05 + 0.3 * $RANDOM / 32768")"
    truncate -s "$(calc "$size * $RANDOM / 32768" %d)" "$copy"
    local code=0
    wait "$pid" || code=$?
    if [[ $code == 1 ]] && grep -q 'was cut from\|is truncated' "$folder/cut.err"; then
      clean=$((clean + 1))
    else
      echo "exit $code: $(cat "$folder/cut.err")" >&2
    fi
  done
  rm -f "$copy"
  echo "The file was cut while \`run\` generated: $clean of $total times exit 1 and one line such as"
  echo
  echo "    $(tail -1 "$folder/cut.err")"
}

for section in "${@:-warm cold pages readers modes shared cut}"; do
  for name in $section; do
    echo
    "measure_$name"
  done
done
