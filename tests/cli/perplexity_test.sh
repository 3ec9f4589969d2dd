#!/usr/bin/env bash
# The perplexity tool as a user types it: figures, exit codes, messages.
set -u

convert=$PWD/converter/convert
perplexity=$PWD/runtime/llm/perplexity
tiny=$PWD/testdata/tiny
work=$TEST_TMPDIR/perplexity
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1

expect_stdout() {
  grep -qE -- "$1" stdout || { fail "stdout has no '$1':"; cat stdout; }
}

expect_one_line() {
  [[ $(wc -l <stderr) == 1 ]] || { fail "not one line:"; cat stderr; }
}

for ((i = 0; i < 12; ++i)); do
  echo "There once was a curious bear called Bruno. He lived in a little house close to the garden."
done >text.txt
expect 0 "$convert" --quiet --quantize F16 "$tiny" f16.arena
expect 0 "$convert" --quiet --quantize Q4_0 "$tiny" q4.arena

expect 0 "$perplexity" --help
head -3 stdout | grep -q 'perplexity model.arena --file text.txt' || fail "no example first"

expect 0 "$perplexity" q4.arena --file text.txt --ctx_size 64 --quiet
expect_stdout '^perplexity +[0-9.]+ \+/- [0-9.]+$'
expect_stdout '^nll +[0-9.]+ \+/- [0-9.]+ nats per token'
expect_stdout 'the second half of each of [0-9]+ windows of 64 tokens'
[[ ! -s stderr ]] || fail "--quiet is not quiet"

expect 0 "$perplexity" q4.arena --file text.txt --ctx_size 64 --base f16.arena --score all --windows 2
expect_stdout '^base .*f16.arena$'
expect_stdout '^KL +[0-9.e-]+ \+/-'
expect_stdout 'all of each of 2 windows'
expect_stdout '^scored +126 tokens'
expect 0 "$perplexity" f16.arena --file text.txt --ctx_size 64 --base f16.arena --json
expect_stdout '"kl_divergence":\{"mean":0,'
python3 -m json.tool <stdout >/dev/null || fail "no JSON"

expect 1 "$perplexity" q4.arena --file text.txt --ctx_size 4096
expect_stderr '^perplexity: q4.arena: the text has [0-9]+ tokens, .* window of 4096'
expect_one_line
for i in 1 2 3 4 5; do cat text.txt; done >long.txt
expect 0 "$perplexity" q4.arena --file long.txt --ctx_size 600 --windows 1 --quiet
expect_stderr '^warning: q4.arena: --ctx_size 600 is more than the 512 tokens'
expect_one_line
expect_stdout '^scored +299 tokens, the second half of one window of 600 tokens'
expect 1 "$perplexity" q4.arena --file missing.txt
expect_stderr '^perplexity: missing.txt: '
expect 1 "$perplexity" missing.arena --file text.txt
expect_stderr '^perplexity: missing.arena: '
expect 1 "$perplexity" text.txt --file text.txt
expect_stderr '^perplexity: text.txt: '

# Another vocabulary: one token is spelled differently.
mkdir other
cp "$tiny"/*.safetensors "$tiny"/*.json other
sed -i 's/<|end_of_text|>/<|the_end|>/g' other/tokenizer.json other/tokenizer_config.json
expect 0 "$convert" --quiet other other.arena
expect 1 "$perplexity" q4.arena --file text.txt --ctx_size 64 --base other.arena
expect_stderr '^perplexity: other.arena: has another vocabulary'
expect_one_line

expect 2 "$perplexity" --file text.txt
expect 2 "$perplexity" q4.arena
expect_stderr '--file'
expect 2 "$perplexity" q4.arena --file text.txt --ctx_size 1
expect 2 "$perplexity" q4.arena --file text.txt --score some
expect_stderr 'some; known are half and all'
expect 2 "$perplexity" q4.arena --file text.txt --threads=-1
expect 2 "$perplexity" q4.arena --file text.txt --windows=-1

((failures == 0)) && echo "all as expected"
exit "$failures"
