#!/usr/bin/env bash
# Makes Debian packages and a portable archive. See --help.
set -euo pipefail
umask 022
export LC_ALL=C
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'END'
Makes packages of Tessera, the same bytes from the same commit:

  tessera_VERSION_amd64.deb       tools, manual pages, completions
  tessera-mpi_VERSION_amd64.deb   the converter for several machines
  libtessera0_VERSION_amd64.deb, libtessera-dev_VERSION_amd64.deb
  python3-tessera_VERSION_amd64.deb
  tessera-VERSION-linux-x86_64.tar.zst   tools for every Linux
  SHA256SUMS

  scripts/package.sh
  scripts/package.sh --tarball --out /tmp/packages

usage: scripts/package.sh [--deb] [--tarball] [--from DIR] [--out DIR]
                          [--level N]

  --deb       the Debian packages only
  --tarball   the portable archive only
  --from DIR  pack what is built already, and lies in DIR as in bazel-bin,
              rather than build it
  --out DIR   where to (.cache/packages)
  --level N   how hard to compress, 1 to 9 (9)

SOURCE_DATE_EPOCH dates the files; it is the commit's date if it is not set.
DEBFULLNAME and DEBEMAIL name the maintainer.
END
}

fail() {
  echo "package.sh: $*" >&2
  exit "${code:-1}"
}

wrong_usage() { code=2 fail "$* (see scripts/package.sh --help)"; }

kinds=()
from=
out=$root/.cache/packages
level=9
while (( $# > 0 )); do
  case $1 in
    --from=* | --out=* | --level=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
  esac
  case $1 in
    --help | -h) usage; exit 0 ;;
    --deb | --tarball) kinds+=("${1#--}"); shift ;;
    --from | --out)
      [[ -n ${2:-} ]] || wrong_usage "$1 needs a folder"
      [[ $1 == --from ]] && from=$2 || out=$2
      shift 2 ;;
    --level)
      [[ ${2:-} == [1-9] ]] || wrong_usage "--level needs a number from 1 to 9"
      level=$2
      shift 2 ;;
    *) wrong_usage "unknown argument '$1'" ;;
  esac
done
(( ${#kinds[@]} > 0 )) || kinds=(deb tarball)

. "$root/scripts/install_files.sh"
archive=tessera-$version-linux-x86_64
library_target=//runtime/capi:$soname
maintainer="${DEBFULLNAME:-Tessera maintainers} <${DEBEMAIL:-maintainers@tessera.invalid}>"
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null) ||
    fail "$root is no clone; set SOURCE_DATE_EPOCH, in seconds since 1970"
fi
export SOURCE_DATE_EPOCH

makes() { [[ " ${kinds[*]} " == *" $1 "* ]]; }

if [[ -z $from ]]; then
  "$root/scripts/install_packages.sh"
  "$root/scripts/install_packages.sh" "$root/scripts/packages_package.txt"
  targets=()
  if makes deb; then
    targets+=("${tool_packaged[@]}" //converter:convert "$library_target")
    [[ -d $root/python ]] && targets+=(//python:package)
  fi
  makes tarball && targets+=("${tool_packaged[@]/%/_static}")
  echo "== Building (the first time takes a few minutes)"
  cd "$root"
  bazel build "${targets[@]}"
  from=$(bazel info bazel-bin 2>/dev/null)
fi
from=$(cd "$from" && pwd) || fail "--from is no folder"

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# put_tools SUFFIX: all tools, TARGET having the suffix.
put_tools() {
  local i
  for i in "${!tools[@]}"; do
    put_tool "$(built "${tool_packaged[i]}$1")" "${tools[i]}"
  done
}

. "$root/scripts/package_deb.sh"
. "$root/scripts/package_tarball.sh"
cd "$work"
made=()
makes deb && make_debs
makes tarball && make_tarball

cd "$out"
sha256sum "${made[@]}" >SHA256SUMS
for file in "${made[@]}"; do
  printf 'made %s, %s bytes\n' "$out/$file" "$(stat -c %s "$file")"
done
