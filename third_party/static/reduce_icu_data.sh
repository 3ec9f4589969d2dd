#!/usr/bin/env bash
# usage: reduce_icu_data.sh libicudata.a OUT.a
#
# Copies the archive that holds ICU's data, and leaves most of the data out.
set -euo pipefail
PATH=$PATH:/usr/sbin  # icupkg
archive=$(realpath "$1")
out=$PWD/$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

ar x "$archive"
object=$(ls ./*.o)
symbol=$(nm "$object" | sed -n 's/^[0-9a-f]* R //p')
name=$(basename "${object%_dat.o}").dat  # items are named after it, too
mkdir small
objcopy -O binary -j .rodata "$object" "$name"
icupkg -l "$name" |
  grep -vE '^brkitr/|\.nrm$|^(uemoji|ulayout)\.icu$|^(root|pool|res_index)\.res$' >unneeded.txt
icupkg -r unneeded.txt "$name" "small/$name"
cat >data.s <<END
  .section .rodata
  .globl $symbol
  .balign 16
$symbol:
  .incbin "small/$name"
  .section .note.GNU-stack,"",@progbits
END
as -o "$object" data.s
rm -f "$out"
ar rcD "$out" "$object"
