#!/bin/sh
# Copies Tessera's programs, manual pages and completions below a folder.
#
# usage: ./install.sh [--prefix DIR]              /usr/local if none
#        ./install.sh --uninstall [--prefix DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=/usr/local
uninstall=false
while [ $# -gt 0 ]; do
  case $1 in
    --prefix=*) prefix=${1#*=}; shift ;;
    --prefix)
      [ $# -ge 2 ] || { echo "install.sh: --prefix needs a folder" >&2; exit 2; }
      prefix=$2; shift 2 ;;
    --uninstall) uninstall=true; shift ;;
    --help | -h) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install.sh: unknown argument '$1' (see ./install.sh --help)" >&2; exit 2 ;;
  esac
done

cd "$here"
find bin share ! -type d | LC_ALL=C sort | while read -r file; do
  if $uninstall; then
    rm -f "$prefix/$file"
  else
    mkdir -p "$prefix/${file%/*}"
    # A program that runs keeps its file.
    cp -P "$file" "$prefix/$file.new"
    mv "$prefix/$file.new" "$prefix/$file"
  fi
done
if $uninstall; then
  # Folders that are empty now.
  find bin share -type d | LC_ALL=C sort -r | while read -r folder; do
    rmdir "$prefix/$folder" 2>/dev/null || true
  done
  echo "removed from $prefix"
else
  echo "installed in $prefix; to remove it: ./install.sh --uninstall --prefix $prefix"
fi
