#!/usr/bin/env bash
# Conversations as a user holds them: answers once, through a pipe, Ctrl-C; and
# templates that are applied.
set -u

convert=$PWD/converter/convert
run=$PWD/runtime/llm/run
tiny=$PWD/testdata/tiny
. tests/testing/shell_checks.sh
work=$TEST_TMPDIR/chat
mkdir -p "$work" && cd "$work" || exit 1

# The tiny model, with a template.
mkdir model
cp "$tiny"/config.json "$tiny"/model.safetensors "$tiny"/tokenizer.json model
sed 's/"add_bos_token"/"chat_template": "{{ bos_token }}{% for m in messages %}{{ m.role }}\\n{{ m.content }}\\n{% endfor %}{% if add_generation_prompt %}assistant\\n{% endif %}", "add_bos_token"/' \
  "$tiny"/tokenizer_config.json >model/tokenizer_config.json
expect 0 "$convert" --quiet model chat.arena
expect 0 "$convert" --quiet "$tiny" plain.arena
expect 0 "$convert" --quiet "$tiny/spm/tiny-spm-vocab.gguf" vocabulary.arena

# ---- --apply_template ----

echo '{"messages": [{"role": "user", "content": "Grüße"}], "add_generation_prompt": true}' >user.json
expect 0 "$run" chat.arena --apply_template user.json
printf '<|begin_of_text|>user\nGrüße\nassistant\n' | cmp - stdout || fail "other text"
expect 1 "$run" plain.arena --apply_template user.json
expect_stderr '^run: plain.arena: the model has no chat template; convert from'
echo '{"messages": [], "chat_template": "{{ bos_token }}|{{ 1 + 1 }}\n"}' >own.json
expect 0 "$run" vocabulary.arena --apply_template own.json
printf '<s>|2' | cmp - stdout || fail "other text of an arena without weights"
echo '{"messages": [], "chat_template": "\n{{ raise_exception(\"No, sir\") }}"}' >refused.json
expect 1 "$run" chat.arena --apply_template refused.json
expect_stderr '^run: chat.arena: chat template: line 2: No, sir$'
echo '{"messages": ' >cut.json
expect 1 "$run" chat.arena --apply_template cut.json
expect_stderr '^run: cut.json: '
expect 1 "$run" chat.arena --apply_template missing.json

# ---- one answer ----

greedy=(--temperature 0 --n_predict 12)
expect 0 "$run" chat.arena --chat "${greedy[@]}" --prompt "Tell me of Bruno." --quiet
grep -q 'user' stdout && fail "the prompt is shown"
[[ $(wc -l <stdout) -ge 1 && $(wc -c <stdout) -gt 5 ]] || fail "no answer"
cp stdout once
expect 0 "$run" chat.arena --chat "${greedy[@]}" --prompt "Tell me of Bruno." --json
grep -q 'begin_of_text.*user\\nTell me of Bruno.\\nassistant\\n","prompt_ids"' stdout || fail "no prompt in JSON"
expect 1 "$run" plain.arena --chat --prompt x
expect_stderr 'no chat template; convert from'
expect 2 "$run" chat.arena --system x --prompt y

# ---- through a pipe ----

printf 'Tell me of Bruno.\n\nAnd then?\\\nGo on.\n"""\n/exit\nnow\n"""\n/clear\nTell me of Bruno.\n' >input
"$run" chat.arena --chat "${greedy[@]}" <input >stdout 2>stderr || fail "a conversation fails"
[[ $(grep -c '^\[prompt' stderr) == 4 ]] || { fail "not four answers:"; cat stderr; }
grep -q '^> ' stderr && fail "prompts without a terminal"
# What is new of each prompt: all, a part, a part, and after /clear almost nothing.
mapfile -t all < <(sed -n 's/^\[prompt \([0-9]*\) tokens, .*/\1/p' stderr)
mapfile -t new < <(sed -n 's/^\[prompt .* tokens, \([0-9]*\) new;.*/\1/p' stderr)
[[ ${all[0]} == "${new[0]}" ]] || fail "the first prompt is not all new"
(( new[1] < all[1] - all[0] / 2 )) || fail "the second prompt is computed anew: ${new[1]} of ${all[1]}"
(( new[2] < all[2] - all[1] / 2 )) || fail "the third prompt is computed anew: ${new[2]} of ${all[2]}"
(( new[3] < all[3] )) || fail "nothing is kept after /clear"
head -c "$(($(wc -c <once) - 1))" once >expected
head -c "$(wc -c <expected)" stdout | cmp - expected || fail "the first answer is another"
tail -c "$(wc -c <once)" stdout | cmp - once || fail "the last answer is another"

printf '/nonsense\n' | "$run" chat.arena --chat 2>stderr && fail "an unknown command is no error"
expect_stderr 'unknown command ./nonsense'
"$run" chat.arena --chat --quiet "${greedy[@]}" <input >quiet 2>stderr || fail "a quiet conversation fails"
cmp quiet stdout || fail "another conversation when quiet"
[[ -s stderr ]] && fail "not quiet"

# ---- Ctrl-C ----

# wait_for PATTERN FILE: until it is there, or a minute has passed.
wait_for() {
  for _ in $(seq 600); do
    grep -q "$1" "$2" && return 0
    sleep 0.1
  done
  fail "no '$1' in $2"
}

mkfifo keyboard
"$run" chat.arena --chat --temperature 0 --ignore_eos --ctx_size 100000 <keyboard >answers 2>notes &
pid=$!
exec 3>keyboard
echo "Tell me of Bruno." >&3
wait_for . answers
kill -INT $pid
wait_for 'stopped\]$' notes
echo "And then?" >&3
lines=$(wc -l <answers)
for _ in $(seq 600); do (( $(wc -c <answers) > 0 && $(wc -l <answers) >= lines )) && break; sleep 0.1; done
sleep 0.3
kill -INT $pid
wait_for 'stopped.*\]' notes
echo "/exit" >&3
wait $pid || fail "exit $? after Ctrl-C"
exec 3>&-
[[ $(grep -c 'stopped' notes) == 2 ]] || { fail "not two stopped answers:"; cat notes; }

exit $((failures > 0))
