#!/usr/bin/env bash
# convert to GGUF: quantizing, splitting, merging, and what is refused.
set -u

convert=$PWD/converter/convert
tiny=$PWD/testdata/tiny
work=$TEST_TMPDIR/gguf
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1

# ---- what is written ----

expect 0 "$convert" --quantize q4_k_m --json "$tiny" q.gguf
grep -q '"sha256": "[0-9a-f]\{64\}"' stdout || fail "no SHA-256"
grep -q "$(sha256sum q.gguf | cut -c1-64)" stdout || fail "another SHA-256"
grep -q '"snr_db"\|"rmse"' stdout || fail "no quality in the report"
expect_stderr 'wrote q.gguf: 30 tensors'
expect 0 "$convert" "$tiny" f.gguf
expect 0 "$convert" --quantize Q4_K_M f.gguf again.gguf
cmp q.gguf again.gguf || fail "a folder is quantized otherwise than its file"
expect 0 "$convert" --quantize Q4_0 --quality f.gguf worst.gguf
expect_stderr 'token_embd.weight'
expect 0 "$convert" --dry_run --quantize Q4_K_M f.gguf dry.gguf
[[ ! -e dry.gguf ]] || fail "--dry_run writes"
grep -q '^  Q4_K  *20 tensors' stdout || fail "--dry_run shows no types"
expect 0 "$convert" --dry_run --tensors --quantize Q4_K_M f.gguf dry.gguf
grep -q 'blk.2.ffn_down.weight .*Q6_K' stdout || fail "no tensors"
expect 0 "$convert" --dry_run --json --quantize Q4_K_M f.gguf dry.gguf
grep -q '"sourceType": "BF16"\|"source_type": "BF16"' stdout || fail "no plan"

# ---- sets ----

expect 0 "$convert" --split_max_size 2M --quantize Q8_0 f.gguf set.gguf
[[ ! -e set.gguf && -e set-00001-of-00002.gguf && -e set-00002-of-00002.gguf ]] ||
  fail "no set"
expect 0 "$convert" set-00002-of-00002.gguf one.gguf
expect 0 "$convert" --quantize Q8_0 f.gguf q8.gguf
expect 0 "$convert" one.gguf one.arena
expect 0 "$convert" --split_max_size 2M q8.gguf twin.gguf
cmp set-00001-of-00002.gguf twin-00001-of-00002.gguf || fail "not the same set"
cmp set-00002-of-00002.gguf twin-00002-of-00002.gguf || fail "not the same set"
expect 0 "$convert" q8.gguf q8.arena
expect 0 "$convert" --split_max_size 2M q8.arena from_arena.gguf
cmp set-00002-of-00002.gguf from_arena-00002-of-00002.gguf ||
  fail "an arena makes another set"
expect 2 "$convert" --split_max_size 0 f.gguf x.gguf
expect_stderr 'must be 1 or more'
expect 2 "$convert" --split_max_tensors 0 f.gguf x.gguf
expect 2 "$convert" --split_max_tensors=-3 f.gguf x.gguf
expect_stderr 'split_max_tensors.*expected a whole number from 1 to 2147483647'
expect 2 "$convert" --split_max_tensors=x f.gguf x.gguf
expect_stderr "split_max_tensors.*expected a whole number from 1 to 2147483647, found 'x'"
expect 2 "$convert" --split_max_size 1G --split_max_tensors 3 f.gguf x.gguf
expect_stderr 'give one of them'
expect 2 "$convert" --split_max_size 1G f.gguf x.arena
expect_stderr 'a .gguf as OUTPUT only'
expect 1 "$convert" --split_max_tensors 3 f.gguf x-00001-of-00002.gguf
expect_stderr 'is the name of one file'
expect 0 "$convert" --split_max_size 100k f.gguf small.gguf
expect_stderr 'warning: .*tensors? (is|are) larger'
rm -f small*
mv set-00002-of-00002.gguf aside
expect 1 "$convert" set-00001-of-00002.gguf x.gguf
expect_stderr 'set-00002-of-00002.gguf: missing'
mv aside set-00002-of-00002.gguf

# ---- what is refused ----

expect 1 "$convert" --overwrite f.gguf f.gguf
expect_stderr 'is the input'
ln -s f.gguf link.gguf
expect 1 "$convert" --overwrite f.gguf link.gguf
expect_stderr 'is the input'
expect 1 "$convert" f.gguf q.gguf
expect_stderr 'q.gguf: exists already'
ln -s real.gguf to_real.gguf
expect 0 "$convert" f.gguf to_real.gguf
[[ -L to_real.gguf ]] && cmp real.gguf f.gguf || fail "a link is not followed"
expect 1 "$convert" f.gguf nowhere/x.gguf
expect_stderr 'no such folder'
mkdir folder.gguf
expect 1 "$convert" --overwrite f.gguf folder.gguf
expect_stderr 'is a folder'
expect 2 "$convert" --resume f.gguf x.gguf
expect_stderr 'a .gguf is always written anew'
expect 2 "$convert" f.gguf x.gguf --also y.gguf:Q8_0
expect 1 "$convert" --quantize INT8 f.gguf x.gguf
expect_stderr 'GGUF has no type INT8'
expect 1 "$convert" --quantize Q4_0 q8.gguf x.gguf
expect_stderr 'allow_requantize'
expect 0 "$convert" --allow_requantize --quantize Q4_0 q8.gguf x.gguf
rm x.gguf
head -c 100000 f.gguf >cut.gguf
expect 1 "$convert" cut.gguf x.gguf
(
  ulimit -f 100
  "$convert" f.gguf limited.gguf 2>stderr
  [[ $? == 1 ]]
) || fail "no word of ulimit -f"
expect_stderr 'ulimit -f'
[[ -z $(find . -name 'limited*' -o -name 'x*.gguf' -o -name '*.tmp-*') ]] ||
  fail "something is left"

# ---- killed ----

"$convert" --quiet --quantize Q6_K f.gguf whole.gguf
"$convert" --quiet --quantize Q6_K --threads 1 f.gguf killed.gguf &
kill -KILL $!
wait $! 2>/dev/null
[[ ! -e killed.gguf ]] || cmp killed.gguf whole.gguf || fail "half a file"
[[ -z $(find . -name '*.partial' -o -name '*.tmp-*') ]] || fail "something is left"

((failures == 0)) && echo "all as expected"
exit "$failures"
