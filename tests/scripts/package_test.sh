#!/usr/bin/env bash
# Packs what Bazel built, and looks into the packages.
set -u

root=$PWD
package=$root/scripts/package.sh
. tests/testing/shell_checks.sh
. "$root/scripts/install_files.sh"
cd "$TEST_TMPDIR" || exit 1
export SOURCE_DATE_EPOCH=1700000000
prompt='There once was a curious bear called Bruno.'

expect 0 "$package" --help
grep -q -- '--from DIR' stdout || fail "--help does not help"
expect 2 "$package" --from
expect_stderr '--from needs a folder'
expect 2 "$package" --rpm
expect_stderr "unknown argument '--rpm'"

# ---- twice, the second time from a copy elsewhere: the same bytes ----

expect 0 "$package" --level 1 --from "$root" --out first
expect 0 env TZ=Asia/Tokyo "$package" --level 1 --from "$root/." --out "$PWD/elsewhere"
diff first/SHA256SUMS elsewhere/SHA256SUMS || fail "not the same bytes"
(cd first && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS is wrong"
debs="libtessera-dev libtessera0 tessera tessera-mpi"
[[ $(ls first | wc -l) == 6 ]] || fail "other files: $(ls first)"

# ---- the portable archive ----

mkdir portable
tar --zstd -xf "first/tessera-$version-linux-x86_64.tar.zst" -C portable --strip-components=1
for tool in "${tools[@]}"; do
  readelf -ld "portable/bin/$tool" >elf || fail "no $tool"
  grep -qE 'INTERP|NEEDED|RUNPATH' elf && fail "$tool is not static: $(grep -E 'INTERP|NEEDED' elf)"
  [[ -s portable/share/man/man1/$tool.1 ]] || fail "no page of $tool"
  readelf -S "portable/bin/$tool" | grep -q debug_ && fail "$tool is not stripped"
done
grep -lF "$root" -r portable && fail "a path of the build is packed"
tell_story() {
  env -i "$1-convert" --quiet --overwrite --quantize Q4_K_M "$root/testdata/tiny" tiny.arena &&
    env -i "$1-run" tiny.arena --prompt "$prompt" --temperature 0 --n_predict 100
}
expect 0 tell_story portable/bin/tessera
cp stdout story
(($(wc -c <story) > 200)) || fail "no story: $(cat story)"
for package in libprotobuf-dev libc6-dev libicu-dev; do
  [[ -s portable/share/doc/tessera/licenses/$package ]] || fail "no licence of $package"
done

expect 0 portable/install.sh --prefix "$PWD/here"
[[ -x here/bin/tessera-run && -s here/share/man/man1/tessera-run.1 ]] || fail "not installed"
touch here/bin/mine
expect 0 portable/install.sh --uninstall --prefix "$PWD/here"
[[ $(find here -type f) == here/bin/mine ]] || fail "left: $(find here)"
expect 2 portable/install.sh --prefiks x

# ---- the Debian packages ----

for deb in $debs; do
  file=first/${deb}_${version}_amd64.deb
  dpkg-deb --info "$file" >"$deb.info" || fail "no $deb"
  mkdir -p "only/$deb"
  dpkg-deb --extract "$file" "root"
  dpkg-deb --extract "$file" "only/$deb"
  [[ -s only/$deb/usr/share/doc/$deb/copyright ]] || fail "$deb has no copyright"
done
grep -q 'Depends:.*libprotobuf32' tessera.info || fail "dependencies are missing"
grep -q openmpi tessera.info && fail "tessera needs MPI"
grep -q 'Depends:.*libopenmpi' tessera-mpi.info || fail "tessera-mpi does not need MPI"
expect 0 tell_story root/usr/bin/tessera
cmp stdout story || fail "another story"
for tool in "${tools[@]}" tessera-convert-mpi; do
  [[ -x root/usr/bin/$tool && -s root/usr/share/man/man1/$tool.1.gz &&
    -s root/usr/share/bash-completion/completions/$tool ]] || fail "$tool is not whole"
done

# Every function of the header has its line, and nothing else has one.
dpkg-deb --control first/libtessera0_*.deb control
grep -oE '^ tessera_[a-z0-9_]+' control/symbols | tr -d ' ' | sort >symbols
grep -v '^//' "$root/runtime/capi/tessera.h" | grep -oE '\btessera_[a-z0-9_]+\(' | tr -d '(' | sort -u >functions
diff functions symbols || fail "the symbols are not the functions"

# generate.c, with what libtessera-dev holds.
export PKG_CONFIG_LIBDIR=$PWD/root/usr/lib/x86_64-linux-gnu/pkgconfig
# shellcheck disable=SC2046
expect 0 cc -o generate "$root/docs/generate.c" $(pkg-config --cflags --libs tessera)
expect 0 env LD_LIBRARY_PATH=root/usr/lib/x86_64-linux-gnu ./generate tiny.arena "$prompt"
cmp stdout story || fail "the library tells another story"

((failures == 0)) && echo "all as expected"
exit "$failures"
