#!/usr/bin/env bash
# Runs a command in a control group with a limit of memory: to see how a model
# runs that is larger than memory. Needs root.
#
#   scripts/limit_memory.sh LIMIT COMMAND [ARGUMENTS...]
#
# LIMIT is in bytes; K, M and G stand for powers of 1024. Pages of a file count
# for the group that read them first: drop what is in memory of the file before,
# or the limit does not hold for it. A model of which 60 % fit:
#
#   model=model.arena
#   dd of=$model oflag=nocache conv=notrunc,fdatasync count=0
#   scripts/limit_memory.sh $(( $(stat -c %s $model) * 6 / 10 )) \
#     bazel-bin/runtime/llm/run $model --prompt=Hello --n_predict=32
set -euo pipefail

if (( $# < 2 )); then
  sed -n '2,/^set/{/^set/d;s/^# \?//;p}' "$0" >&2
  exit 2
fi
if (( EUID != 0 )); then
  echo "limit_memory.sh: needs root, to make a control group" >&2
  exit 1
fi
limit=$(numfmt --from=iec "$1")
shift

root=/sys/fs/cgroup
if [[ -f $root/cgroup.controllers ]]; then
  if [[ -d /run/systemd/system ]] && command -v systemd-run > /dev/null; then
    exec systemd-run --quiet --scope -p MemoryMax="$limit" -p MemorySwapMax=0 -- "$@"
  fi
  group=$root/tessera_$$
  echo +memory > $root/cgroup.subtree_control
  file=memory.max
elif [[ -d $root/memory ]]; then
  group=$root/memory/tessera_$$
  file=memory.limit_in_bytes
else
  echo "limit_memory.sh: no memory control groups under $root" >&2
  exit 1
fi

mkdir "$group"
trap 'rmdir "$group"' EXIT
echo "$limit" > "$group/$file"
if [[ -f $group/memory.swap.max ]]; then echo 0 > "$group/memory.swap.max"; fi
# The shell enters the group and becomes the command.
status=0
(
  echo "$BASHPID" > "$group/cgroup.procs"
  exec "$@"
) || status=$?
exit "$status"
