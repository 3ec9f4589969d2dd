#!/usr/bin/env bash
# Installs what Bazel built, builds docs/generate.c against it as its reader
# would, and lets it tell the story that the run tool tells.
set -u

root=$PWD
install=$root/scripts/install.sh
example=$root/docs/generate.c
work=$TEST_TMPDIR/install
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1

# ---- install.sh ----

expect 0 "$install" --help
grep -q -- '--prefix DIR' stdout || fail "--help does not help"
expect 2 "$install" --prefix
expect_stderr '--prefix needs a folder'
expect 2 "$install" --prefix here --from "$root"
expect_stderr "'here', expected an absolute path"
expect 2 "$install" --destdir x
expect_stderr "unknown argument '--destdir'"
mkdir -p nothing
expect 1 "$install" --prefix "$work/none" --from nothing
expect_stderr 'nothing/app/tessera is missing'
[[ ! -e none ]] || fail "a failed installation left something"
touch file
expect 1 "$install" --prefix "$work/file/below" --from "$root"
expect_stderr 'install.sh: cannot make .*/file/below/bin'

expect 0 env DESTDIR="$work/package" "$install" --prefix=/usr --from="$root"
[[ -f package/usr/include/tessera.h ]] || fail "no header below DESTDIR"

expect 0 "$install" --prefix "$work/first" --from "$root"
while read -r word path; do
  [[ $word == installed && -e $path ]] || fail "'$word $path' is not true"
done <stdout
[[ $(find first ! -type d | wc -l) == $(wc -l <stdout) ]] || fail "more is installed than said"
# Once more, over itself; then elsewhere, since nothing may hold the path.
expect 0 "$install" --prefix "$work/first" --from "$root"
mv first second
export PKG_CONFIG_PATH=$work/second/lib/pkgconfig
export LD_LIBRARY_PATH=$work/second/lib

# ---- what docs/c_api.md says is needed at run time ----

# Packages of the system, and what those that are named bring along.
known=$(tr -cs 'a-z0-9.-' '\n' <"$root/docs/c_api.md" | grep '^lib.*[0-9]$' | sort -u)
for file in second/bin/* second/lib/libtessera.so; do
  objdump -p "$file" | sed -n 's/^ *NEEDED *//p'
done | grep -vE '^(libc|libm|libstdc\+\+|libgcc_s|libasan|libubsan|libtsan|ld-linux.*)\.so' |
  sort -u >needed
while read -r library; do
  package=$(dpkg -S "*/$library" | head -n 1 | cut -d: -f1)
  grep -qx "$package" <<<"$known" || fail "$library of $package is needed; docs/c_api.md does not name it"
done <needed

# ---- the header and docs/generate.c ----

for language in 'c -std=c99' 'c -std=c11' 'c++ -std=c++11' 'c++ -std=c++20'; do
  echo '#include <tessera.h>' >header.c
  # shellcheck disable=SC2086
  expect 0 cc -x $language -Wall -Wextra -Werror -pedantic -fsyntax-only \
    $(pkg-config --cflags tessera) header.c
done

# A library that was built with a sanitizer needs it in the program, too.
sanitizer=()
symbols=$(nm --dynamic --undefined-only second/lib/libtessera.so)
[[ $symbols == *__asan_init* ]] && sanitizer=(-fsanitize=address)
[[ $symbols == *__tsan_init* ]] && sanitizer=(-fsanitize=thread)

(($(wc -l <"$example") <= 40)) || fail "docs/generate.c is longer than 40 lines"
# shellcheck disable=SC2046
expect 0 cc -std=c11 -Wall -Wextra -Werror -pedantic "${sanitizer[@]}" -o generate "$example" \
  $(pkg-config --cflags --libs tessera)
version=$(sed -n 's/^#define TESSERA_VERSION "\(.*\)"$/\1/p' second/include/tessera.h)
[[ $(pkg-config --modversion tessera) == "$version" ]] || fail "another version"

prompt='There once was a curious bear called Bruno.'
expect 0 second/bin/tessera-convert --quiet --quantize Q4_K_M "$root/testdata/tiny" tiny.arena
expect 0 second/bin/tessera-run tiny.arena --prompt "$prompt" --temperature 0 --n_predict 100
cp stdout story
expect 0 ./generate tiny.arena "$prompt"
cmp stdout story || fail "generate tells another story"
(($(wc -c <story) > 200)) || fail "no story: $(cat story)"
expect 2 ./generate
expect 1 ./generate missing.arena "$prompt"
expect_stderr '^generate: NOT_FOUND: missing.arena: no such file'
expect 0 second/bin/tessera-inspect tiny.arena
expect 1 second/bin/tessera-run missing.arena --prompt x
expect_stderr '^tessera-run: missing.arena: '

# ---- short names, and removal ----

expect 1 "$install" --uninstall --prefix "$work/nothing"
expect_stderr 'nothing/share/tessera/installed is missing'
mkdir -p third/bin && touch third/bin/mine
expect 0 "$install" --short_names --prefix "$work/third" --from "$root"
for tool in convert inspect run perplexity; do
  [[ -x third/bin/$tool && -s third/share/man/man1/$tool.1 ]] || fail "no $tool"
done
[[ ! -e third/bin/bench ]] || fail "bench has a short name"
# What was installed before stays on the list.
expect 0 "$install" --prefix "$work/third" --from "$root"
grep -qx bin/run third/share/tessera/installed || fail "the list forgets"
expect 0 "$install" --uninstall --prefix "$work/third"
[[ $(find third ! -type d) == third/bin/mine ]] || fail "left: $(find third)"
[[ $(find third -type d | wc -l) == 2 ]] || fail "empty folders are left"

mkdir -p fourth/share/tessera && touch precious
echo ../precious >fourth/share/tessera/installed
expect 1 "$install" --uninstall --prefix "$work/fourth"
expect_stderr "'../precious' is no file of Tessera"
[[ -e precious ]] || fail "removed a file elsewhere"

((failures == 0)) && echo "all as expected"
exit "$failures"
