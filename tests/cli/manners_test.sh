#!/usr/bin/env bash
# The runtime's tools as people use them who come from llama.cpp, or who write
# scripts: pipes, lists of prompts, JSON lines, stop texts, exit codes.
set -um  # jobs of their own, so that they hear of SIGINT

convert=$PWD/converter/convert
run=$PWD/runtime/llm/run
perplexity=$PWD/runtime/llm/perplexity
tiny=$PWD/testdata/tiny
. tests/testing/shell_checks.sh
work=$TEST_TMPDIR/manners
mkdir -p "$work" && cd "$work" || exit 1

expect 0 "$convert" --quiet "$tiny" m.arena
greedy=(-n 12 --temp 0 --quiet)

# ---- where prompts come from ----

prompt='There once was a curious bear'
expect 0 "$run" m.arena -p "$prompt" "${greedy[@]}"
cp stdout reference
same() { cmp -s stdout reference || { fail "another text: $1"; cat stdout; }; }
expect 0 "$run" -m m.arena --prompt "$prompt" --n-predict 12 --temperature=0 --quiet
same "-m"
printf '%s\n' "$prompt" >prompt.txt
expect 0 "$run" m.arena -f prompt.txt "${greedy[@]}"
same "-f"
expect 0 "$run" m.arena -f - "${greedy[@]}" <prompt.txt
same "-f -"
expect 0 "$run" m.arena "${greedy[@]}" <prompt.txt
same "stdin"
echo "$prompt" | "$run" m.arena "${greedy[@]}" >stdout 2>stderr || fail "a pipe"
same "a pipe"
# A prompt that is given is the one that counts.
echo "something else" | "$run" m.arena -p "$prompt" "${greedy[@]}" >stdout
same "a prompt beside a pipe"
expect 2 "$run" m.arena "${greedy[@]}" </dev/null
expect_stderr 'give the text to continue with --prompt, --file or through a pipe'
expect 2 "$run" m.arena "${greedy[@]}" <&-
expect 2 "$run" -p x
expect_stderr 'no model given'
expect 2 "$run" m.arena -m m.arena -p x
expect_stderr 'one model expected'
expect 1 "$run" missing.arena </dev/null
expect_stderr '^run: missing.arena: no such file'
expect 0 "$run" m.arena --tokenize_file - <prompt.txt
[[ $(head -c 4 stdout) == "446 " ]] || fail "ids of stdin: $(cat stdout)"
# Nothing at all begins a text, where the model has a token for that.
expect 0 "$run" m.arena -p '' "${greedy[@]}"
[[ $(wc -c <stdout) -gt 5 ]] || fail "no text after an empty prompt"
expect 0 "$run" m.arena -p '' --json "${greedy[@]}"
grep -q '"prompt":"","prompt_ids":\[1022\]' stdout || fail "begin of text: $(head -c 200 stdout)"

# ---- escapes ----

expect 0 "$run" m.arena -e -p 'a\nb\x41' --json "${greedy[@]}"
grep -q '"prompt":"a\\nbA"' stdout || fail "-e: $(head -c 200 stdout)"
expect 0 "$run" m.arena -p 'a\nb' --json "${greedy[@]}"
grep -q '"prompt":"a\\\\nb"' stdout || fail "without -e: $(head -c 200 stdout)"

# ---- stop texts ----

text=$(cat reference)
word=$(cut -d' ' -f8 <<<"$text")  # behind the prompt
expect 0 "$run" m.arena -p "$prompt" "${greedy[@]}" --stop "never there" --stop " $word"
[[ $(cat stdout) == "${text%% "$word"*}" ]] || fail "--stop: $(cat stdout)"
expect 0 "$run" m.arena -p "$prompt" "${greedy[@]}" --stop " $word" --json
grep -q '"stop":"stop_text"' stdout || fail "no stop_text"

# ---- JSON lines ----

expect 0 "$run" m.arena -p "$prompt" "${greedy[@]}" --json_lines --logprobs 2
[[ $(wc -l <stdout) == 13 ]] || { fail "not a line per token and one more:"; cat stdout; }
cat >check.py <<'PY'
import json, math, sys
lines = [json.loads(line) for line in open("stdout", encoding="utf-8")]
*tokens, report = lines
assert "".join(t["text"] for t in tokens) == report["text"], report
assert [t["id"] for t in tokens if "id" in t] == report["ids"], report
for token in tokens:
    if "id" not in token: continue
    assert -9999 <= token["logprob"] <= 0, token
    assert len(token["top"]) == 2, token
    # Greedy: the token is the likeliest.
    assert token["top"][0]["id"] == token["id"], token
    assert token["top"][0]["logprob"] == token["logprob"], token
    assert token["top"][1]["logprob"] <= token["logprob"], token
assert [t["id"] for t in report["logprobs"]] == report["ids"], report
PY
python3 check.py || fail "the lines do not agree with the report"
expect 0 "$run" m.arena -p "$prompt" --json_lines -n 40 --temp 5 --seed 7 --quiet --logprobs 2
sed -i '/Greedy/,/token\["top"\]\[1\]/d' check.py
python3 check.py || fail "pieces of characters do not agree with the report"
expect 2 "$run" m.arena -p x --logprobs 2
expect_stderr '--logprobs is for --json'

# ---- several prompts ----

printf '%s\n\nIt was Ella'"'"'s birthday.\r\n' "$prompt" >list.txt
expect 0 "$run" m.arena --prompts list.txt "${greedy[@]}"
"$run" m.arena -p "It was Ella's birthday." "${greedy[@]}" >second 2>/dev/null
cat reference <(echo) second | cmp - stdout || { fail "not each as it is alone:"; cat stdout; }
# Randomness begins anew for each, too.
"$run" m.arena -p "$prompt" -n 12 --seed 3 --quiet >one
printf '%s\n%s\n' "$prompt" "$prompt" | "$run" m.arena --prompts - -n 12 --seed 3 --quiet >stdout
cat one <(echo) one | cmp - stdout || fail "not the same seed for each"
long=$(printf 'bear %.0s' {1..600})
cat >list.jsonl <<JSON
{"prompt": "$prompt"}
{"text": "no prompt"}
{"prompt": "$long"}
{"prompt": "It was Ella's birthday.", "id": "four"}
JSON
expect 1 "$run" m.arena --prompts list.jsonl --json "${greedy[@]}"
expect_stderr '^run: list.jsonl: line 2: the object has no "prompt"$'
expect_stderr '^run: list.jsonl: line 3: m.arena: the prompt has [0-9]* tokens, the context holds 512'
expect_stderr '^run: list.jsonl: 2 of 4 prompts failed$'
cat >check_list.py <<'PY'
import json
lines = [json.loads(line) for line in open("stdout", encoding="utf-8")]
assert [line["index"] for line in lines] == [0, 1, 2, 3], lines
assert ["error" in line for line in lines] == [False, True, True, False], lines
assert lines[3]["prompt"] == "It was Ella's birthday.", lines
PY
python3 check_list.py || fail "other lines"
expect 1 "$run" m.arena --prompts list.jsonl "${greedy[@]}"
cat reference <(echo) second | cmp - stdout || { fail "the rest does not go on:"; cat stdout; }
expect 1 "$run" m.arena --prompts /dev/null "${greedy[@]}"
expect_stderr 'holds no prompts'
expect 2 "$run" m.arena --prompts list.txt -p x

# ---- context ----

expect 0 "$run" m.arena -p "$prompt" -c 32 -n 100 --temp 0 --ignore_eos --json --quiet
grep -q '"stop":"context_full"' stdout || fail "the context is not full"
expect 0 "$run" m.arena -p "$prompt" -c 32 -n 100 --temp 0 --ignore-eos --context-shift --json
grep -q '"stop":"length"' stdout && grep -q '"context_shifts":[45],' stdout ||
  { fail "no shift:"; cat stdout; }
expect 1 "$run" m.arena -p "$prompt" -c 8 --context_shift --keep 100 --quiet
expect_stderr 'are to be kept; use a larger --ctx_size or a smaller --keep'
expect 0 "$run" m.arena -p "$prompt" -c 2048 "${greedy[@]}"
expect_stderr '^warning: m.arena: --ctx_size 2048 is more than the 512 tokens'
expect 0 "$run" m.arena -p "$prompt" -c 2048 "${greedy[@]}" --rope-scaling yarn --rope-scale 4
[[ ! -s stderr ]] || { fail "a warning although the context was stretched:"; cat stderr; }
expect 1 "$run" m.arena -p "$prompt" --rope_scaling ntk
expect_stderr "^run: m.arena: --rope_scaling: 'ntk' is none of"

# ---- sampling ----

expect 1 "$run" m.arena -p x -l 99999+1
expect_stderr '^run: m.arena: logit_bias: there is no token 99999; the model has'
first=$("$run" m.arena -p "$prompt" -n 1 --temp 0 --json --quiet | sed 's/.*"ids":\[\([0-9]*\)\].*/\1/')
expect 0 "$run" m.arena -p "$prompt" -n 1 --temp 0 --json --quiet -l "$first-inf"
grep -q "\"ids\":\[$first\]" stdout && fail "a token that was excluded came"
expect 0 "$run" m.arena -p "$prompt" -n 60 --temp 0 --dry-multiplier 5 --quiet

# ---- Ctrl-C ----

# interrupted COMMAND...: runs it, sends SIGINT once it has printed something.
interrupted() {
  "$@" >stdout 2>stderr &
  local pid=$!
  for _ in $(seq 600); do [[ -s stdout ]] && break; sleep 0.1; done
  kill -INT $pid
  wait $pid
  code=$?
}
endless=(-p "$prompt" -n -1 --ignore_eos --context_shift --temp 0)
interrupted "$run" m.arena "${endless[@]}"
[[ $code == 130 ]] || fail "text: exit $code"
expect_stderr 'stopped by stopped'
interrupted "$run" m.arena "${endless[@]}" --json_lines
[[ $code == 130 && $(tail -1 stdout) == *'"stop":"stopped"'* ]] || fail "JSON lines: exit $code"
printf '%s\n%s\n' "$prompt" "$prompt" >two.txt
interrupted "$run" m.arena --prompts two.txt "${endless[@]:2}" --json_lines
[[ $code == 130 && $(grep -c '"stop":"stopped"' stdout) == 1 ]] || fail "prompts: exit $code"
# JSON says nothing until the end.
"$run" m.arena "${endless[@]}" --json >stdout 2>stderr &
pid=$!
sleep 1
kill -INT $pid
wait $pid
code=$?
[[ $code == 130 ]] || fail "JSON: exit $code"

# ---- perplexity ----

yes "$(cat reference)" | head -40 >text.txt
expect 0 "$perplexity" m.arena --file text.txt --ctx_size 128 --threads 1 --json --quiet
grep -v '"seconds"\|per_second' stdout >expected
for form in "-m m.arena -f text.txt" "m.arena -f -" "m.arena"; do
  # shellcheck disable=SC2086
  expect 0 "$perplexity" $form -c 128 -t 1 --json --quiet <text.txt
  grep -v '"seconds"\|per_second' stdout | cmp -s - expected || fail "perplexity $form"
done
expect 2 "$perplexity" m.arena </dev/null
expect_stderr 'give the text with --file or through a pipe'
expect 2 "$perplexity" m.arena -f text.txt -ngl 9
expect_stderr 'Tessera computes on the CPU'

((failures == 0)) && echo "all as expected"
exit $((failures > 0))
