#!/usr/bin/env bash
# Measures the tables of docs/loading.md, and that of README.md about loading, on
# this machine, and fills them. Takes a few minutes; nothing else should run. No
# root needed.
#
#   scripts/benchmark_loading.sh [SECTION...]
#
# Sections: warm cold pages readers modes shared cut; all if none is named. Each
# becomes RESULTS/loading_SECTION.json (.cache/benchmarks).
# PEER is a llama-completion of your own, to compare with. ROUNDS (7) and
# THREADS (2) say how. The model has random weights and the shape SHAPE
# (tinyllama-1.1b), and is made once in FOLDER (.cache/loading), with a GGUF of
# the same blocks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${FOLDER:-.cache/loading}
results=${RESULTS:-.cache/benchmarks}
shape=${SHAPE:-tinyllama-1.1b}
rounds=${ROUNDS:-7}
threads=${THREADS:-2}
peer=${PEER:-}
arena=$folder/$shape-Q4_0-interleaved.arena
gguf=$folder/$shape-Q4_0.gguf
run=bazel-bin/runtime/llm/run
. scripts/measure.sh

scripts/install_packages.sh
bazel build //bench //bench:fill_tables //bench:keep_results //runtime/llm:run //converter/inspect >&2
mkdir -p "$folder" "$results"

# make_model FOLDER: bench may find its own figures impossible, which are not
# wanted here.
make_model() {
  bazel-bin/bench/bench --synthetic="$shape" --types=Q4_0 --n_prompt=0 --n_gen=1 \
    --repetitions=1 --keep="$1" >&2 || true
}
[[ -f $arena ]] || make_model "$folder"

# An empty prompt is one token: begin of text.
first_token() { "$run" "$1" --file /dev/null --n_predict 1 --temperature 0 --threads "$threads" "${@:2}"; }
generate() { "$run" "$1" --prompt a --n_predict "$2" --temperature 0 --threads "$threads" --ignore_eos "${@:3}"; }

# ---- the sections ----

measure_warm() {
  local tessera=("$run" "$arena" --file /dev/null --n_predict 1 --temperature 0 --threads "$threads")
  local repacking=("$peer" -m "$gguf" -p "" -n 1 -t "$threads" -no-cnv --no-warmup --temp 0)
  local plain=("${repacking[@]}" --no-repack)
  local ours=() theirs=() unpacked=() i
  drop "$arena" && cat "$gguf" >/dev/null
  seconds "${tessera[@]}" >/dev/null
  for ((i = 0; i < rounds; i++)); do
    ours+=("$(seconds "${tessera[@]}")")
    [[ -n $peer ]] || continue
    theirs+=("$(seconds "${repacking[@]}")")
    unpacked+=("$(seconds "${plain[@]}")")
  done
  local t r p
  t=$(printf '%s\n' "${ours[@]}" | median)
  line program seconds ratio resident_mb
  line Tessera "$t" 1 "$(resident "${tessera[@]}")"
  [[ -n $peer ]] || return 0
  r=$(printf '%s\n' "${theirs[@]}" | median)
  p=$(printf '%s\n' "${unpacked[@]}" | median)
  line "llama.cpp, repacking" "$r" "$(calc "$r / $t" %.2f)" "$(resident "${repacking[@]}")"
  line "llama.cpp, --no-repack" "$p" "$(calc "$p / $t" %.2f)" "$(resident "${plain[@]}")"
}

# disk_seconds FILE: to read it in order past the page cache.
disk_seconds() { seconds dd if="$1" of=/dev/null bs=2M iflag=direct; }

measure_cold() {
  local -A times
  local disk=() all=("" "--populate=lazy" "--populate=lazy --huge_pages=off") options i d t
  for ((i = 0; i < rounds; i++)); do
    drop "$arena" && disk+=("$(disk_seconds "$arena")")
    for options in "${all[@]}"; do
      # shellcheck disable=SC2086
      drop "$arena" && times["run $options"]+="$(seconds first_token "$arena" $options)"$'\n'
    done
  done
  d=$(printf '%s\n' "${disk[@]}" | median)
  line options seconds disk_seconds of_disk
  for options in "${all[@]}"; do
    t=$(printf '%s' "${times["run $options"]}" | median)
    line "${options:-default}" "$t" "$d" "$(calc "$t / $d" %.2f)"
  done
}

share() { first_token "$@" --json 2>/dev/null | field load.huge_page_share; }

measure_pages() {
  local copy=$folder/copy.arena
  line file huge_page_share
  rm -rf "$folder/fresh"
  make_model "$folder/fresh" >/dev/null 2>&1
  line "right after convert" "$(share "$folder/fresh/$(basename "$arena")")"
  rm -r "$folder/fresh"
  cp --reflink=never "$arena" "$copy" && drop "$copy"
  line "plain copy (cp), cold start" "$(share "$copy")"
  rm "$copy" && cat "$arena" >"$copy"
  line "plain copy (cat), cache warm" "$(share "$copy")"
  bazel-bin/converter/inspect/inspect --rewarm --quiet "$copy" >&2
  line "the same after inspect --rewarm" "$(share "$copy")"
  rm "$copy"
}

measure_readers() {
  line readers cold_gigabytes_per_second cold_first_token_seconds warm_first_token_seconds
  local n i json
  for n in 1 2 4 8 16; do
    local rate=() first=() hot=()
    for ((i = 0; i < rounds; i++)); do
      drop "$arena"
      json=$(first_token "$arena" --readers="$n" --json 2>/dev/null)
      rate+=("$(field load.gigabytes_per_second <<<"$json")")
      first+=("$(field first_token_seconds <<<"$json")")
      hot+=("$(first_token "$arena" --readers="$n" --json 2>/dev/null | field first_token_seconds)")
    done
    line "$n" "$(printf '%s\n' "${rate[@]}" | median)" "$(printf '%s\n' "${first[@]}" | median)" \
      "$(printf '%s\n' "${hot[@]}" | median)"
  done
}

measure_modes() {
  line huge_pages percent_of_asked private_mb load_seconds decode_ts
  local all=(auto file thp hugetlb off) fresh=$folder/modes.arena i mode
  local -A rates json
  # Read into memory now: pages that have lain there for long may have been
  # split by whatever reclaims memory.
  cp "$arena" "$fresh" && drop "$fresh"
  for ((i = 0; i < rounds; i++)); do
    for mode in "${all[@]}"; do
      json[$mode]=$(generate "$fresh" 64 --huge_pages="$mode" --json 2>/dev/null)
      rates[$mode]+="$(field decode.tokens_per_second <<<"${json[$mode]}")"$'\n'
    done
  done
  rm "$fresh"
  for mode in "${all[@]}"; do
    local report=${json[$mode]} open read
    open=$(field load.open_seconds <<<"$report")
    read=$(field load.read_seconds <<<"$report")
    line "$mode" \
      "$(calc "$(field load.asked_bytes <<<"$report") == 0 ? 0 : 100 * $(field load.huge_page_share <<<"$report")" %.1f)" \
      "$(calc "$(field load.private_bytes <<<"$report") / 1e6" %.0f)" \
      "$(calc "$open > $read ? $open : $read")" \
      "$(printf '%s' "${rates[$mode]}" | median)"
  done
}

# rollup PID KEY: megabytes.
rollup() { awk -v key="$2:" '$1 == key {print $2 * 1024 / 1e6}' "/proc/$1/smaps_rollup"; }

measure_shared() {
  line processes pss_mb of_one private_mb cache_and_activations_mb
  local one=0 own count i pid
  own=$(generate "$arena" 1 --json 2>/dev/null | field memory_bytes)
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
    line "$count" "$(calc "$sum" %.0f)" "$(calc "$sum / $one" %.2f)" "$(calc "$private" %.0f)" "$(calc "$own / 1e6" %.0f)"
  done
}

measure_cut() {
  local copy=$folder/cut.arena clean=0 total=${CUTS:-100} size i
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
  # Clean is exit 1 and one line of what happened.
  line cuts clean_errors last_message
  line "$total" "$clean" "$(tail -1 "$folder/cut.err")"
}

sections=("$@")
((${#sections[@]} > 0)) || sections=(warm cold pages readers modes shared cut)
for section in "${sections[@]}"; do
  echo
  keep "loading_$section" "measure_$section"
done
bazel-bin/bench/fill_tables docs/loading.md README.md "$results"
