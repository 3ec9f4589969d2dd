#!/usr/bin/env bash
# Installs the tools, the shared library and what is needed to build with it,
# and removes them. See --help.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'END'
Builds Tessera and installs its tools and its C library, or removes them.

  scripts/install.sh --prefix "$HOME/.local"
  sudo scripts/install.sh --from bazel-bin    # to /usr/local, what is built
  DESTDIR=/tmp/package scripts/install.sh --prefix /usr
  scripts/install.sh --uninstall --prefix "$HOME/.local"

usage: scripts/install.sh [--prefix DIR] [--from DIR] [--short_names]
       scripts/install.sh --uninstall [--prefix DIR]

  --prefix DIR   where to: DIR/bin, DIR/include, DIR/lib, DIR/share
                 (/usr/local); an absolute path, in front of which DESTDIR is
                 put if it is set
  --from DIR     install what is built already, and lies in DIR as in
                 bazel-bin, rather than build it
  --short_names  install the tools as convert, inspect, run and perplexity, too.
                 ImageMagick has a convert of its own
  --uninstall    remove what was installed, which DIR/share/tessera/installed
                 lists, and nothing else
END
}

fail() {
  echo "install.sh: $*" >&2
  exit "${code:-1}"
}

wrong_usage() { code=2 fail "$* (see scripts/install.sh --help)"; }

prefix=/usr/local
from=
short_names=false
uninstall=false
while (( $# > 0 )); do
  case $1 in
    --prefix=* | --from=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
  esac
  case $1 in
    --help | -h) usage; exit 0 ;;
    --short_names | --short-names) short_names=true; shift ;;
    --uninstall) uninstall=true; shift ;;
    --prefix | --from)
      [[ -n ${2:-} ]] || wrong_usage "$1 needs a folder"
      [[ $1 == --prefix ]] && prefix=${2%/} || from=$2
      shift 2 ;;
    *) wrong_usage "unknown argument '$1'" ;;
  esac
done
[[ -n $prefix ]] || prefix=/
[[ $prefix == /* ]] || wrong_usage "--prefix is '$prefix', expected an absolute path"

. "$root/scripts/install_files.sh"
to=${DESTDIR:-}$prefix
list=$to/share/tessera/installed

run_ldconfig() {
  if [[ -z ${DESTDIR:-} && $EUID == 0 && $prefix =~ ^/usr(/local)?$ ]]; then
    ldconfig
  fi
}

if $uninstall; then
  [[ -f $list ]] || fail "$list is missing, so nothing is known to be installed in $to"
  remove_listed
  run_ldconfig
  exit 0
fi

if [[ -z $from ]]; then
  "$root/scripts/install_packages.sh"
  echo "== Building (the first time takes a few minutes)"
  cd "$root"
  bazel build "${tool_targets[@]}" "//runtime/capi:$soname"
  from=$(bazel info bazel-bin 2>/dev/null)
fi

for target in "${tool_targets[@]}" "//runtime/capi:$soname"; do
  [[ -f $(built "$target") ]] ||
    fail "$(built "$target") is missing; build it, or leave out --from"
done

# Nothing is installed where not everything can be.
for folder in bin include lib/pkgconfig share/tessera; do
  mkdir -p "$to/$folder" || fail "cannot make $to/$folder"
  [[ -w $to/$folder ]] || fail "no permission to write to $to/$folder; use sudo or another --prefix"
done

for i in "${!tools[@]}"; do
  program=$(built "${tool_targets[i]}")
  put_tool "$program" "${tools[i]}"
  if $short_names && [[ ${tool_short[i]} != - ]]; then
    put_tool "$program" "${tool_short[i]}"
  fi
done
put_library lib
put_development lib
write_list
printf "installed $to/%s\n" "${installed[@]}"
run_ldconfig
