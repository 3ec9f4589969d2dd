#!/usr/bin/env bash
# What the bench tool does with results that are there: output and exit codes.
set -u

root=$PWD
bench=$root/bench/bench
. tests/testing/shell_checks.sh
work=$TEST_TMPDIR/results
mkdir -p "$work" && cd "$work" || exit 1

# The example of the document, the same a day later on twice as many threads,
# and on another machine.
sed -n '/^```json$/,/^```$/p' "$root/docs/bench_results.md" | sed '1d;/^```$/,$d' >old.json
sed -e 's/2026-11-29/2026-11-30/' -e 's/"time_us": 8.9/"time_us": 4.45/' old.json >new.json
sed 's/"fingerprint": "./"fingerprint": "0/' old.json >other.json
head -c 700 old.json >cut.json

expect 0 "$bench" --compare old.json new.json
grep -q '| *8.90 | *4.45 | *2.000 |' stdout || fail "no ratio: $(cat stdout)"
expect 0 "$bench" --compare old.json new.json --output=json
grep -q '"verdict": "unknown"' stdout || fail "no verdict"
expect 0 "$bench" --compare old.json new.json --output=csv
expect 2 "$bench" --compare old.json
expect_stderr 'needs OLD.json and NEW.json'
expect 2 "$bench" --compare old.json other.json
expect_stderr 'different machines.*--any_machine'
expect 0 "$bench" --compare --any_machine old.json other.json
grep -q '^machine: ' stdout || fail "does not say that machines differ"
expect 1 "$bench" --compare old.json cut.json
expect_stderr '^bench: cut.json: is not JSON'
expect 1 "$bench" --compare old.json none.json
expect_stderr '^bench: none.json: '
expect 1 "$bench" --compare old.json .
expect_stderr '^bench: \.: is a folder, not a file; name a file in it$'
: >empty.json
expect 1 "$bench" --compare empty.json old.json
expect_stderr '^bench: empty.json: is not JSON'
expect 1 "$bench" --compare old.json /dev/zero
expect_stderr '^bench: /dev/zero: is longer than 67108864 bytes$'
for number in 1e308 5e-324 -1 0 9007199254740993; do
  sed "s/\"time_us\": 8.9/\"time_us\": $number/; s/\(\"samples_us\": \[\)[^]]*/\1$number, 8.9/" \
    old.json >absurd.json
  expect 0 "$bench" --compare old.json absurd.json
  expect 0 "$bench" --compare absurd.json absurd.json --output=json
done

expect 0 "$bench" --history=runs.db old.json new.json
expect 0 "$bench" --history=runs.db old.json other.json
grep -q '^old.json: is there already$' stdout || fail "added twice"
expect 0 "$bench" --trends --history=runs.db --filter=attn_k
(($(grep -c '^| Q4_0' stdout) == 2)) || fail "not a line for each machine: $(cat stdout)"
expect 0 "$bench" --trends --history=runs.db --output=json
grep -q '"time": "2026-11-30T12:25:34Z"' stdout || fail "no point"
expect 1 "$bench" --trends --history=none.db
expect_stderr '^bench: none.db: cannot open'
mkfifo pipe.db
expect 1 timeout 5 "$bench" --history=pipe.db --trends
expect_stderr '^bench: pipe.db: is a pipe, not a file'
expect 1 "$bench" --trends --history=old.json
expect_stderr '^bench: old.json: '
expect 2 "$bench" --trends
# Before anything is measured.
expect 1 "$bench" --kernels --history=old.json
expect_stderr '^bench: old.json: '

((failures == 0)) && echo "all as expected"
exit "$failures"
