#!/usr/bin/env bash
# Installs the tools, the shared library and what is needed to build with it.
# See --help.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'END'
Builds Tessera and installs its tools and its C library.

  scripts/install.sh --prefix "$HOME/.local"
  sudo scripts/install.sh --from bazel-bin    # to /usr/local, what is built
  DESTDIR=/tmp/package scripts/install.sh --prefix /usr

usage: scripts/install.sh [--prefix DIR] [--from DIR]

  --prefix DIR  where to: DIR/bin, DIR/include, DIR/lib (/usr/local); an
                absolute path, in front of which DESTDIR is put if it is set
  --from DIR    install what is built already, and lies in DIR as in bazel-bin,
                rather than build it
END
}

fail() {
  echo "install.sh: $*" >&2
  exit "${code:-1}"
}

wrong_usage() { code=2 fail "$* (see scripts/install.sh --help)"; }

prefix=/usr/local
from=
while (( $# > 0 )); do
  case $1 in
    --prefix=* | --from=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
  esac
  case $1 in
    --help | -h) usage; exit 0 ;;
    --prefix | --from)
      [[ -n ${2:-} ]] || wrong_usage "$1 needs a folder"
      [[ $1 == --prefix ]] && prefix=${2%/} || from=$2
      shift 2 ;;
    *) wrong_usage "unknown argument '$1'" ;;
  esac
done
[[ -n $prefix ]] || prefix=/
[[ $prefix == /* ]] || wrong_usage "--prefix is '$prefix', expected an absolute path"

header=$root/runtime/capi/tessera.h
version=$(sed -n 's/^#define TESSERA_VERSION "\(.*\)"$/\1/p' "$header")
soname=libtessera.so.${version%%.*}
library=libtessera.so.$version

if [[ -z $from ]]; then
  "$root/scripts/install_packages.sh"
  echo "== Building (the first time takes a few minutes)"
  cd "$root"
  bazel build //converter:convert //converter/inspect //runtime/llm:run \
    //runtime/llm:perplexity "//runtime/capi:$soname"
  from=$(bazel info bazel-bin 2>/dev/null)
fi

# What is installed, and what as, below the prefix.
sources=("$from/converter/convert" "$from/converter/inspect/inspect"
  "$from/runtime/llm/run" "$from/runtime/llm/perplexity"
  "$from/runtime/capi/$soname" "$header")
targets=(bin/tessera-convert bin/tessera-inspect
  bin/tessera-run bin/tessera-perplexity "lib/$library" include/tessera.h)
modes=(755 755 755 755 755 644)
for source in "${sources[@]}"; do
  [[ -f $source ]] || fail "$source is missing; build it, or leave out --from"
done

# Nothing is installed where not everything can be.
to=${DESTDIR:-}$prefix
for folder in bin include lib/pkgconfig; do
  mkdir -p "$to/$folder" || fail "cannot make $to/$folder"
  [[ -w $to/$folder ]] || fail "no permission to write to $to/$folder; use sudo or another --prefix"
done

installed() { echo "installed $to/$1"; }

# The prefix follows from where the file lies, so the tree may be moved.
pkgconfig() {
  cat <<END
prefix=\${pcfiledir}/../..
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: tessera
Description: Language-model weights in arenas, computed with
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -ltessera
END
}

for i in "${!sources[@]}"; do
  # install(1) replaces the file, so that programs that run keep theirs.
  install -m "${modes[i]}" "${sources[i]}" "$to/${targets[i]}"
  installed "${targets[i]}"
done
ln -sf "$library" "$to/lib/$soname"
installed "lib/$soname"
ln -sf "$soname" "$to/lib/libtessera.so"
installed lib/libtessera.so
pkgconfig >"$to/lib/pkgconfig/tessera.pc"
chmod 644 "$to/lib/pkgconfig/tessera.pc"
installed lib/pkgconfig/tessera.pc

if [[ -z ${DESTDIR:-} && $EUID == 0 && $prefix =~ ^/usr(/local)?$ ]]; then
  ldconfig
fi
