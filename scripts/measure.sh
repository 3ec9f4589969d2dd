# Arithmetic, times, memory and the page cache, for the scripts that measure; to
# be sourced. They set `results`, a folder, and `threads`.
# shellcheck shell=bash disable=SC2154

# median: of the numbers on stdin, one per line.
median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# calc EXPRESSION [FORMAT]
calc() { awk "BEGIN {printf \"${2:-%.3f}\", ($1)}"; }

# drop FILE: out of the page cache, as its owner may.
drop() { dd of="$1" oflag=nocache conv=notrunc,fdatasync count=0 status=none; }

# seconds COMMAND...: of the whole process; it gets no input.
seconds() {
  local start=$EPOCHREALTIME
  "$@" </dev/null >/dev/null 2>&1
  calc "$EPOCHREALTIME - $start" %.4f
}

# resident PROGRAM...: the most megabytes that it had in memory, file mappings
# included: ru_maxrss of getrusage(2), which /usr/bin/time prints, too. A program
# that needs less than Python, about 15 MB, seems to need as much.
resident() {
  python3 -c '
import os, subprocess, sys
null = subprocess.DEVNULL
process = subprocess.Popen(sys.argv[1:], stdin=null, stdout=null, stderr=null)
_, status, usage = os.wait4(process.pid, 0)
if status != 0:
    sys.exit("failed: " + " ".join(sys.argv[1:]))
print(round(usage.ru_maxrss * 1024 / 1e6, 1))' "$@"
}

# field PATH: of the JSON on stdin, such as load.open_seconds.
field() {
  python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value[int(key)] if isinstance(value, list) else value[key]
print(value)' "$1"
}

# line CELL...: for keep.
line() {
  local IFS=$'\t'
  printf '%s\n' "$*"
}

# keep NAME COMMAND...: prints the table that COMMAND prints by `line`, of which
# the first names the fields, and makes it RESULTS/NAME.json for fill_tables.
keep() {
  local name=$1
  shift
  "$@" >"$results/$name.tsv"
  bazel-bin/bench/keep_results --table="$name" --threads="$threads" "$results/$name.json" <"$results/$name.tsv"
  rm "$results/$name.tsv"
}
