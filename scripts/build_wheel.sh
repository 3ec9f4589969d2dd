#!/usr/bin/env bash
# Makes dist/tessera-VERSION-cp311-cp311-linux_x86_64.whl. See --help.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'END'
Builds the package tessera for Python as a wheel.

  scripts/build_wheel.sh
  python3 -m venv --system-site-packages env
  env/bin/pip install --no-index --no-deps dist/tessera-*.whl

usage: scripts/build_wheel.sh [--from DIR] [--to DIR]

  --from DIR  pack what is built already, and lies in DIR as in bazel-bin,
              rather than build it
  --to DIR    where to (dist)

Equal sources give equal bytes: times in the wheel are SOURCE_DATE_EPOCH, or
that of the commit.
END
}

fail() {
  echo "build_wheel.sh: $*" >&2
  exit "${code:-1}"
}

wrong_usage() { code=2 fail "$* (see scripts/build_wheel.sh --help)"; }

from=
to=$root/dist
while (( $# > 0 )); do
  case $1 in
    --from=* | --to=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
  esac
  case $1 in
    --help | -h) usage; exit 0 ;;
    --from | --to)
      [[ -n ${2:-} ]] || wrong_usage "$1 needs a folder"
      [[ $1 == --from ]] && from=$2 || to=$2
      shift 2 ;;
    *) wrong_usage "unknown argument '$1'" ;;
  esac
done

if [[ -z $from ]]; then
  "$root/scripts/install_packages.sh"
  echo "== Building (the first time takes a few minutes)"
  cd "$root"
  bazel build //python:package
  from=$(bazel info bazel-bin 2>/dev/null)
fi
[[ -f $from/python/tessera/_tessera.so ]] ||
  fail "$from/python/tessera/_tessera.so is missing; build //python:package, or leave out --from"

if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 315532800)
  export SOURCE_DATE_EPOCH
fi
mkdir -p "$to"
/usr/bin/python3 "$root/scripts/pack_wheel.py" "$root" "$from" "$to"
