#!/usr/bin/env bash
# Every table of a document that is filled by a script has a marker that
# fill_tables can read, and its headings; and what a script has measured comes
# into a document.
set -u

root=$PWD
fill=$root/bench/fill_tables
keep=$root/bench/keep_results
. tests/testing/shell_checks.sh

work=$TEST_TMPDIR/tables
mkdir -p "$work/results" && cd "$work" || exit 1

for document in "$root"/README.md "$root"/docs/*.md; do
  expect 0 "$fill" --check "$document"
done
for document in "$root"/README.md "$root"/docs/{benchmarks,loading,converting}.md; do
  grep -q '^<!-- table ' "$document" || fail "$document has no marker"
done

printf '<!-- table speed.json: type | seconds:1 as s -->\n<!-- end -->\n' >document.md
expect 0 "$fill" document.md results
expect_stderr '^document.md: line 1: results/speed.json: .*stays as it is'
printf 'type\tseconds\nQ4_0\t2.54\n' >speed.tsv
expect 0 "$keep" --table=speed --threads=2 results/speed.json <speed.tsv
grep -q '^| Q4_0 *| *2.54 |' stdout || fail "prints no table: $(cat stdout)"
cp document.md second.md
expect 0 "$fill" document.md second.md results
for document in document.md second.md; do
  grep -q '^| Q4_0 | 2.5 |' "$document" || fail "not filled: $(cat "$document")"
done
expect 0 "$fill" --check document.md
sed -i 's/ as s -->/ as seconds -->/' document.md
expect 1 "$fill" --check document.md
expect_stderr '^fill_tables: document.md: line 1: the table does not begin with'
expect 2 "$fill" document.md
expect 2 "$keep" results/speed.json
printf 'a\n1\t2\n' >speed.tsv
expect 1 "$keep" --table=speed results/speed.json <speed.tsv

((failures == 0)) && echo "all as expected"
exit "$failures"
