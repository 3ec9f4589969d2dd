#!/usr/bin/env bash
# From measuring layouts to a model that runs in them, as a user types it.
set -u

bench=$PWD/bench/bench
convert=$PWD/converter/convert
inspect=$PWD/converter/inspect/inspect
run=$PWD/runtime/llm/run
tiny=$PWD/testdata/tiny
work=$TEST_TMPDIR/advise
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1

story() { "$run" "$1" --prompt "There once was" --temperature 0 --n_predict 40 2>/dev/null; }

# ---- measure ----

expect 0 "$bench" --advise=here.profile --advise_for="$tiny" --types=F16 --tokens=1,4 \
  --seconds=0.002 --advise_rounds=8
expect_stderr '^bench: 1 of [0-9]+: F16 [0-9]+ x [0-9]+, gemv '
[[ $(head -n 1 here.profile) == "tessera layout profile 1" ]] || fail "no first line"
for field in cpu fingerprint isa threads producer date; do
  grep -q "^$field: ." here.profile || fail "no $field"
done
grep -qE '^F16 gemm [0-9]+ [0-9]+ [a-z]+ gain [0-9.e+-]+ [0-9.e+-]+ over [a-z]+ of 8$' here.profile ||
  fail "no rule: $(cat here.profile)"

# ---- convert and inspect ----

expect 0 "$convert" --layout auto --layout_profile here.profile --quantize F16 "$tiny" here.arena
expect_stderr '^layouts: .*\(measured\)'
grep -q 'was measured on' stderr && fail "the same machine is another one"
expect 0 "$inspect" --verify here.arena
grep -qE 'fingerprint +[0-9a-f]{16}' stdout || fail "no fingerprint"
grep -qE 'measured on +.*, [0-9]+ threads?$' stdout || fail "no machine"
grep -qE 'blk.0.attn_q.weight .* [0-9.]+x [a-z]+ \([0-9.]+ to [0-9.]+\)$' stdout || fail "no reason"
grep -q 'layout_profile=' stdout && fail "rules are there twice"
expect 0 "$inspect" --format=json here.arena
grep -qE '"over": ?"[a-z]+"' stdout || fail "no reason in JSON"

# A layout that is not interleaved, as of another machine.
sed -E -e 's/^(fingerprint: ).*/\10123456789abcdef/' -e 's/^cpu: .*/cpu: Abacus/' \
  -e 's/^(F16 gemm [0-9]+ [0-9]+) .*/\1 swizzled gain 1.5 1.2..1.8 over interleaved of 9/' \
  here.profile >other.profile
expect 0 "$convert" --layout auto --layout_profile other.profile --quantize F16 "$tiny" other.arena
expect_stderr '^note: other.profile: was measured on Abacus \(0123456789abcdef\), this machine is .*\('
expect_stderr '^layouts: .*swizzled \(measured\)'
expect 0 "$inspect" --verify other.arena
grep -q '1.50x interleaved (1.20 to 1.80)$' stdout || fail "no reason for swizzled"
grep -q 'Abacus, ' stdout || fail "not the machine of the profile"

expect 0 "$convert" --layout auto --quantize F16 "$tiny" unmeasured.arena
expect_stderr '^layouts: .* interleaved \(not measured\)'
expect 0 "$inspect" unmeasured.arena
grep -q ' not measured$' stdout || fail "an unmeasured layout has a reason"

# Rules without figures, as files were before.
printf 'F16 * * * transposed\n' >old.profile
expect 0 "$convert" --layout auto --layout_profile old.profile --quantize F16 "$tiny" old.arena
expect_stderr '^layouts: .*transposed \(by a rule without figures\)'

sed -E 's/gain [^ ]+/gain nan/' here.profile >broken.profile
expect 1 "$convert" --layout auto --layout_profile broken.profile "$tiny" new.arena
expect_stderr "^convert: broken.profile: line 8: ratio 'nan' is no positive, finite number"

# ---- run ----

expect 0 "$convert" --quantize F16 "$tiny" plain.arena
expect 0 "$inspect" plain.arena
grep -q 'why this layout' stdout && fail "reasons without a choice"
reference=$(story plain.arena)
[[ ${#reference} -gt 60 ]] || fail "no story: $reference"
for arena in here other unmeasured old; do
  got=$(story $arena.arena)
  [[ $got == "$reference" ]] || fail "$arena: $got"
done

# ---- wrong usage ----

expect 2 "$bench" --advise=x.profile --advise_rounds=3
expect_stderr '--advise_rounds: expected a whole number from 8 to 10000'
expect 1 "$bench" --advise=none/x.profile --types=F16 --shapes=test-tiny
expect_stderr 'none/x.profile'
[[ -z $(find . -name '*x.profile*') ]] || fail "something is left"

exit $((failures != 0))
