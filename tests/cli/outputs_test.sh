#!/usr/bin/env bash
# Where the tools write: what is refused before any work, what is never
# replaced, and that nothing is lost without a word.
set -u

convert=$PWD/converter/convert
inspect=$PWD/converter/inspect/inspect
run=$PWD/runtime/llm/run
perplexity=$PWD/runtime/llm/perplexity
bench=$PWD/bench/bench
tiny=$PWD/testdata/tiny
gguf=$tiny/gguf/tiny-Q4_0.gguf
work=$TEST_TMPDIR/outputs
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1

cp "$gguf" in.gguf
expect 0 "$convert" in.gguf a.arena

# ---- what OUTPUT resolves to ----

mkdir folder.arena other
ln -s other/real.arena link.arena # leads to no file yet
expect 0 "$convert" in.gguf link.arena
[[ -L link.arena ]] || fail "the link was replaced"
cmp other/real.arena a.arena || fail "not what the link leads to"
expect 1 "$convert" in.gguf link.arena
expect_stderr 'link.arena.*exists already'
echo old >other/real.arena
expect 0 "$convert" --overwrite in.gguf link.arena
[[ -L link.arena ]] && cmp other/real.arena a.arena || fail "--overwrite breaks links"

ln -s /dev/null null.arena
ln -s /dev/null null.gguf
mkfifo pipe.arena
ln -s circle.arena circle.arena
ln -s none/x.arena nowhere.arena
for flag in --overwrite --nooverwrite; do
  expect 1 "$convert" $flag in.gguf null.arena
  expect_stderr 'is a device'
  expect 1 "$convert" $flag a.arena null.gguf
  expect_stderr 'is a device'
  expect 1 "$convert" $flag in.gguf pipe.arena
  expect_stderr 'is a pipe'
  expect 1 "$convert" $flag in.gguf folder.arena
  expect_stderr 'is a folder'
  expect 1 "$convert" $flag in.gguf circle.arena
  expect_stderr 'leads back to itself'
  expect 1 "$convert" $flag in.gguf nowhere.arena
  expect_stderr 'no such folder'
done
[[ -L null.arena && -c /dev/null ]] || fail "a device was replaced"

# ---- an input under another name ----

ln in.gguf twin.arena
ln -s in.gguf alias.arena
cp in.gguf b.arena.partial
for name in twin.arena alias.arena ./other/../alias.arena; do
  expect 1 "$convert" --overwrite in.gguf "$name"
  expect_stderr 'is the input'
done
expect 1 "$convert" b.arena.partial b.arena
expect_stderr 'is the input'
cmp b.arena.partial in.gguf || fail "an input was emptied"
rm b.arena.partial
expect 2 "$convert" in.gguf c.arena --also ./c.arena:Q8_0
expect_stderr 'is an output already'
expect 2 "$convert" in.gguf link.arena --also other/real.arena:Q8_0
cp a.arena kept.arena
ln -s a.arena picture.svg
expect 1 "$inspect" --map=a.arena a.arena
expect_stderr 'is the input'
expect 1 "$inspect" --map=picture.svg a.arena
cmp a.arena kept.arena || fail "a picture in place of the input"
expect 0 "$inspect" --map=/dev/stdout --notensors a.arena
grep -q '</svg>' stdout || fail "no picture on stdout"
expect 1 "$inspect" --map=folder.arena a.arena
expect 1 "$bench" --json=./a.arena --arena=a.arena
expect_stderr 'is the input'
expect 1 "$bench" --json=folder.arena --arena=a.arena
expect_stderr 'is a folder'

# ---- names that are not UTF-8 ----

latin=$'caf\xe9'
mkdir "$latin"
cp in.gguf "$latin/$latin.gguf"
for _ in {1..10}; do
  echo 'There once was a bear who was curious and went into the wood.'
done | tee text >"$latin/$latin.txt"
cp -rL "$tiny" "folder-$latin"
for input in "$latin/$latin.gguf" "folder-$latin"; do
  expect 0 "$convert" --json --overwrite "$input" "$latin.arena"
  grep -q 'caf\\\\xe9' stdout || fail "no name in the report of $input"
  expect 0 "$inspect" --verify --map="$latin.svg" "$latin.arena"
  expect 0 "$inspect" --format=json "$latin.arena"
  expect 0 "$inspect" --quality --format=json "$latin.arena"
  expect 0 "$run" "$latin.arena" --prompt "$latin" --n_predict 2 --json
  expect 0 "$run" "$latin.arena" --tokenize_file "$latin/$latin.txt"
  expect 0 "$perplexity" --json --windows 1 --ctx_size 16 --file "$latin/$latin.txt" --base "$latin.arena" "$latin.arena"
  grep -q 'caf\\\\xe9.arena' stdout || fail "no name in the report of perplexity"
  expect 0 "$convert" --overwrite "$latin.arena" "back-$latin.arena" --layout swizzled
  expect 0 "$convert" --json --overwrite "back-$latin.arena" "$latin.gguf"
  expect 0 "$inspect" --format=json "$latin.gguf"
done
expect 0 "$convert" --overwrite "$latin/$latin.gguf" "$latin.arena"
expect 0 "$convert" --overwrite "$latin.arena" "$latin.gguf"
expect_stderr 'identical to'
cmp "$latin.gguf" in.gguf || fail "not the same file"
grep -qaP '\xe9' "$latin.svg" && fail "a picture that is no XML"
expect 1 "$convert" "$latin/none.gguf" "$latin.arena"
expect_stderr 'none.gguf: no such file'

# ---- a .gguf ----

expect 0 "$convert" --dry_run a.arena dry.gguf
[[ ! -e dry.gguf ]] || fail "--dry_run writes"
grep -q '^dry.gguf: 30 tensors' stdout || fail "--dry_run says nothing"
expect 1 "$convert" --quantize Q8_0 a.arena dry.gguf
expect_stderr 'allow_requantize'
expect 0 "$convert" --json a.arena again.gguf
grep -q '"identical_to": "in.gguf"' stdout || fail "no proof in the report"
cp "$tiny/model.safetensors" bare.safetensors
expect 0 "$convert" --quantize q8_0 bare.safetensors bare.arena
expect 0 "$convert" --json bare.arena bare.gguf
expect_stderr 'warning: bare.gguf: general.architecture is not known'
grep -q 'general.architecture is not known' stdout || fail "no warning in the report"
expect 0 "$convert" --quantize Q4_K --json "$tiny" mix.arena
expect 0 "$inspect" mix.arena
grep -q 'quantize=Q4_K_M' stdout || fail "Q4_K is not Q4_K_M"

# ---- limits ----

(
  ulimit -f 100
  "$convert" in.gguf limited.arena 2>stderr
  [[ $? == 1 ]]
) || fail "no word of ulimit -f"
expect_stderr 'ulimit -f'
[[ -z $(find . -name 'limited*') ]] || fail "limited.arena is left"

# ---- stdout ----

onto_nothing() {
  "$@" >/dev/full 2>stderr
  [[ $? == 1 ]] || fail "exit 0 on a full disk: $*"
  expect_stderr 'cannot write to stdout'
  [[ $(grep -c 'cannot write' stderr) == 1 ]] || fail "said twice: $*"
  "$@" >&- 2>stderr
  [[ $? == 1 ]] || fail "exit 0 without stdout: $*"
  expect_stderr 'cannot write to stdout'
}

for tool in "$convert" "$inspect" "$run" "$perplexity" "$bench"; do
  onto_nothing "$tool" --help
done
onto_nothing "$convert" --quiet --json --overwrite in.gguf d.arena
expect 0 "$inspect" --verify d.arena
onto_nothing "$convert" --quiet --dry_run in.gguf e.arena
onto_nothing "$inspect" a.arena
onto_nothing "$inspect" --format=json a.arena
onto_nothing "$inspect" --quality a.arena
onto_nothing "$run" --quiet a.arena --prompt x --n_predict 3
onto_nothing "$run" --quiet a.arena --prompt x --n_predict 3 --json
onto_nothing "$run" a.arena --tokenize_file text
onto_nothing "$perplexity" --quiet a.arena --file text --ctx_size 16
onto_nothing "$perplexity" --quiet a.arena --file text --ctx_size 16 --json

# ---- Ctrl-C ----

# interrupted COMMAND...: sends SIGINT as soon as the command catches it. A
# shell's own background commands would ignore it.
interrupted() {
  env --default-signal=INT "$@" >stdout 2>stderr &
  local program=$! catches=0
  while [[ -e /proc/$program/status ]]; do
    catches=$((16#$(sed -n 's/^SigCgt:\t//p' /proc/$program/status) & 2))
    ((catches)) && break
  done
  kill -INT $program
  wait $program
  local got=$?
  [[ $got == 130 ]] || { fail "exit $got, not 130: $*"; cat stderr; }
}

endless=(--prompt 'There once' --ctx_size 100000 --ignore_eos)
interrupted "$run" a.arena "${endless[@]}" --json
grep -q '"stop":"stopped"' stdout || fail "no JSON when interrupted"
interrupted "$run" a.arena "${endless[@]}"
expect_stderr '; stopped by stopped'
for _ in {1..400}; do cat text; done >long
interrupted "$perplexity" --quiet a.arena --file long --ctx_size 16 --json
grep -q '"windows":' stdout || fail "no JSON when interrupted"

((failures == 0)) && echo "all as expected"
exit "$failures"
