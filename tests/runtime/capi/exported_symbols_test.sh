#!/usr/bin/env bash
# Usage: exported_symbols_test.sh LIBRARY HEADER
#
# The library defines for others what the header declares, and nothing else:
# what it holds of Abseil, protobuf and C++ templates must not meet that of the
# program that loads it.
set -u
failed=0

exported=$(nm --dynamic --defined-only "$1" | awk '{print $NF}' | sort)
declared=$(grep -oE '\btessera_[a-z_]+\(' "$2" | tr -d '(' | sort -u)
[[ -n $exported && -n $declared ]] || { echo "nothing found"; exit 1; }
only=$(comm -23 <(echo "$exported") <(echo "$declared"))
[[ -z $only ]] || { echo "exported, but not declared: $only"; failed=1; }
only=$(comm -13 <(echo "$exported") <(echo "$declared"))
[[ -z $only ]] || { echo "declared, but not exported: $only"; failed=1; }
soname=$(objdump -p "$1" | awk '$1 == "SONAME" {print $2}')
[[ $soname == libtessera.so.0 ]] || { echo "soname $soname"; failed=1; }
exit "$failed"
