# Arithmetic, times and the page cache, for the scripts that measure; to be sourced.
# shellcheck shell=bash

# median: of the numbers on stdin, one per line.
median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# calc EXPRESSION [FORMAT]
calc() { awk "BEGIN {printf \"${2:-%.3f}\", ($1)}"; }

# drop FILE: out of the page cache, as its owner may.
drop() { dd of="$1" oflag=nocache conv=notrunc,fdatasync count=0 status=none; }

# seconds COMMAND...: of the whole process.
seconds() {
  local start=$EPOCHREALTIME
  "$@" >/dev/null 2>&1
  calc "$EPOCHREALTIME - $start" %.4f
}

# field NAME: of the JSON report on stdin.
field() { grep -o "\"$1\":[^,}]*" | head -1 | cut -d: -f2 | tr -d '" '; }
