#!/usr/bin/env bash
# Installs the Debian packages of a list that are missing, after saying which.
# Needs root or sudo only if something is missing.
#
# usage: install_packages.sh [LIST]    packages.txt beside this script if none
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=${1:-$here/packages.txt}

missing=()
while read -r package program; do
  [[ -z $package || $package == \#* ]] && continue
  [[ -n $program ]] && command -v "$program" >/dev/null && continue
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done < "$list"

(( ${#missing[@]} == 0 )) && exit 0

sudo=()
if (( EUID != 0 )); then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing, and neither root nor sudo is at hand to install them:" >&2
    echo "  ${missing[*]}" >&2
    exit 1
  fi
  sudo=(sudo)
fi
echo "Installing with apt-get: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
