#!/usr/bin/env bash
# What the gate does with files that are none, and with a filter: before it
# measures anything.
set -u

bench=$PWD/bench/bench
. tests/testing/shell_checks.sh
cd "$TEST_TMPDIR" || exit 1

: >empty.json
for file in empty.json . /dev/zero none.json; do
  expect 1 "$bench" --gate --gate_checks=counts --counts="$file"
  expect_stderr "^bench: $file: (is not JSON|is a folder|is longer|no such file)"
  (($(wc -l <stderr) == 1)) || fail "more than a line: $(cat stderr)"
  expect 1 "$bench" --gate --gate_checks=layouts,stored --baseline="$file"
  expect_stderr "^bench: $file: (is not JSON|is a folder|is longer|no such file)"
  (($(wc -l <stderr) == 1)) || fail "more than a line: $(cat stderr)"
done

# A baseline that has two counts, of which the filter leaves one. No model is
# made and no kernel counted for it; that would show in what is counted.
cat >counts.json <<'P'
{"schema": "tessera-gate-baseline", "schema_version": 1, "commit": "",
 "compiler": "", "counts": {"token F32 rowmajor: bytes": 1,
 "token F32 rowmajor: padding": 0}, "floors": []}
P
expect 0 "$bench" --gate --gate_checks=counts --counts=counts.json \
  --filter="token F32 rowmajor padding"
expect 3 "$bench" --gate --gate_checks=counts --counts=counts.json \
  --filter="token F32 rowmajor bytes"
expect 1 "$bench" --gate --gate_checks=counts --counts=counts.json --filter=nothing
expect_stderr "^bench: --filter='nothing' leaves no row$"

((failures == 0)) && echo "all as expected"
exit "$failures"
