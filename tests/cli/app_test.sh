#!/usr/bin/env bash
# tessera as a user types it: one program for all tools, and models that are
# packed when they are used.
set -u

tessera=$PWD/app/tessera
run=$PWD/app/run
tiny=$PWD/testdata/tiny
work=$TEST_TMPDIR/app
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1
export HOME=$work/home XDG_CACHE_HOME=
mkdir home
unset TESSERA_CACHE_DIR
cache=$HOME/.cache/tessera
story=(--prompt "Once upon a time" --temperature 0 --n_predict 20 --quiet)

expect_stdout() {
  grep -qE -- "$1" stdout || { fail "stdout has no '$1':"; cat stdout; }
}

# ---- the launcher ----

expect 0 "$tessera"
expect_stdout '^  tessera run model.gguf --prompt'
for tool in run chat convert inspect perplexity cache; do
  expect_stdout "^  $tool  "
done
[[ -z $(awk 'length > 80' stdout) ]] || fail "lines of more than 80 columns"
cp stdout overview
expect 0 "$tessera" --help && { cmp stdout overview || fail "another overview"; }
expect 0 "$tessera" help && { cmp stdout overview || fail "another overview"; }
expect 0 "$tessera" --version
expect_stdout '^tessera [0-9]+\.[0-9]+\.[0-9]+'
expect_stdout '^commit '
expect_stdout 'scalar'
expect 0 "$tessera" help convert
expect_stdout '^  tessera convert --layout interleaved'
expect_stdout '^usage: tessera convert '
cp stdout by_help
expect 0 "$tessera" convert --help && { cmp stdout by_help || fail "another help"; }
expect 2 "$tessera" rnu
expect_stderr "^tessera: 'rnu' is no command; did you mean run\?"
expect 2 "$tessera" --chat
expect_stderr 'a command comes first'
cp "$tiny/gguf/tiny-Q4_0.gguf" 'my model.gguf'
expect 2 "$tessera" 'my model.gguf'
expect_stderr "did you mean tessera run 'my model.gguf'\?"
expect 1 "$tessera" convert missing.gguf out.arena
expect_stderr '^tessera convert: missing.gguf: no such file$'
expect 2 "$tessera" convert --no_such_flag
expect_stderr '\(see tessera convert --help\)$'

# As it is installed, with one tool.
mkdir -p root/bin root/libexec/tessera
cp -L "$tessera" root/bin/tessera
cp -L "$run" root/libexec/tessera/tessera-run
expect 0 root/bin/tessera
grep -q '^  convert ' stdout && fail "the overview has what is not there"
expect_stdout '^  run '
expect 1 root/bin/tessera convert a b
expect_stderr '^tessera: convert is not installed: .*package tessera$'
expect 1 root/bin/tessera run missing.gguf "${story[@]}"
expect_stderr '^tessera run: missing.gguf: no such file'

# ---- first use ----

expect 0 "$tessera" run 'my model.gguf' "${story[@]}"
[[ -s stderr ]] && { fail "--quiet is not quiet:"; cat stderr; }
cp stdout first
expect 0 "$tessera" run 'my model.gguf' "${story[@]}"
cmp stdout first || fail "another story"
[[ $(find "$cache" -name '*.arena' | wc -l) == 1 ]] || fail "not one pack"
expect 0 "$tessera" run ./'my model.gguf' "${story[@]}"
expect 0 "$tessera" convert --quiet 'my model.gguf' my.arena
expect 0 "$tessera" run my.arena "${story[@]}"
cmp stdout first || fail "another story"
expect 0 "$tessera" run "$tiny/gguf/tiny-Q8_0.gguf" --prompt x --n_predict 1
expect_stderr '^packing .*tiny-Q8_0.gguf to be mapped, .*, once, into .*/tiny-Q8_0-[0-9a-f]{16}.arena$'
expect_stderr '^packed '
expect 0 "$tessera" run "$tiny/gguf/tiny-Q8_0.gguf" --prompt x --n_predict 1
grep -q packing stderr && fail "packed twice"
expect 0 "$tessera" run --no_cache "$tiny/gguf/tiny-Q6_K.gguf" "${story[@]}"
[[ $(find "$cache" -name '*.arena' | wc -l) == 2 ]] || fail "--no_cache keeps"
expect 0 "$tessera" run --quantize q8_0 "$tiny" "${story[@]}"
expect 1 "$tessera" run --quantize Q8_0 my.arena "${story[@]}"
expect_stderr '^tessera run: my.arena: is an arena'
for _ in {1..80}; do echo "Once upon a time there was a bear."; done >text.txt
expect 0 "$tessera" perplexity "$tiny/gguf/tiny-Q8_0.gguf" --file text.txt --windows 1 --quiet
expect 1 "$tessera" run missing.gguf --prompt x
expect_stderr '^tessera run: missing.gguf: no such file'
echo "a diary" >diary.gguf
expect 1 "$tessera" run diary.gguf --prompt x
expect_stderr '^tessera run: diary.gguf: '
[[ $(wc -l <stderr) == 1 ]] || fail "more than one line"
grep -q 'convert it first' stderr && fail "advice to convert"
expect 1 env -u HOME "$tessera" run 'my model.gguf' --prompt x
expect_stderr 'HOME is not set; .*--cache_dir'
expect 1 env -u HOME "$tessera" cache path
expect_stderr 'HOME is not set; give one with --cache_dir$'
for type in '' nonsense; do
  expect 2 "$tessera" run --quantize "$type" 'my model.gguf' --prompt x
  expect_stderr '--quantize: no such type: .*\(see tessera run --help\)$'
done
expect 1 "$tessera" run --quantize Q8_0 'my model.gguf' --prompt x
expect_stderr "; to pack it yourself: tessera convert --allow_requantize --quantize Q8_0 'my model.gguf' model.arena\$"
mkdir shards
cp "$tiny/config.json" shards
echo '{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}' >shards/model.safetensors.index.json
cp "$tiny/model.safetensors" shards/model-00001-of-00002.safetensors
expect 1 "$tessera" run shards --prompt x
expect_stderr 'model-00002-of-00002.safetensors: missing; .*download what is missing$'
ln -s nothing dangling
expect 1 "$tessera" run --cache_dir dangling 'my model.gguf' --prompt x
expect_stderr 'dangling: is a link to nothing, which does not exist; .*--cache_dir'
echo >file
expect 1 "$tessera" run --cache_dir file 'my model.gguf' --prompt x
expect_stderr 'file: is a file, not a folder; .*--no_cache'

# ---- cache ----

expect 0 "$tessera" cache path
[[ $(cat stdout) == "$cache" ]] || fail "another path: $(cat stdout)"
expect 0 "$tessera" cache list
expect_stdout 'my model.gguf$'
expect_stdout ' current '
expect_stdout "in 3 packed models, in $cache\$"
expect 0 "$tessera" cache list --json
expect_stdout '"state": *"current"'
expect 1 "$tessera" cache clear nothing.gguf
expect_stderr '^tessera cache: nothing.gguf: has no pack in '
expect 0 "$tessera" cache clear --older_than 30d
expect_stdout '^removed 0 packed models'
echo mine >"$cache/mine.arena"
expect 0 "$tessera" cache clear 'my model.gguf'
expect_stdout '^removed 1 packed model, '
expect 0 "$tessera" cache clear
expect_stdout '^removed 2 packed models, '
[[ $(ls "$cache") == $'CACHEDIR.TAG\nmine.arena' ]] || { fail "left:"; ls "$cache"; }
touch "$cache/left-0123456789abcdef.arena"
expect 0 "$tessera" cache list
expect_stdout ' record gone '
expect 0 "$tessera" cache clear
[[ $(ls "$cache") == $'CACHEDIR.TAG\nmine.arena' ]] || { fail "left:"; ls "$cache"; }
expect 1 "$tessera" cache list --cache_dir file
expect_stderr '^tessera cache: .*/file: cannot list: '
expect 2 "$tessera" cache list --older_than 3d
expect_stderr '--older_than goes with clear, not with list'
expect 2 "$tessera" cache path --json
expect_stderr '--json goes with list, not with path'
expect 0 env TESSERA_JSON=true "$tessera" cache path
expect 2 "$tessera" cache
expect 2 "$tessera" cache clean
expect_stderr "expected list, clear or path, found 'clean'"
expect 2 "$tessera" cache clear --older_than soon
expect_stderr 'older_than: expected a time such as 30d'

# ---- what bash completes ----

ln -s "${tessera%/*}/cache" tessera-cache
ln -s "$run" tessera-run
for tool in cache run; do
  expect 0 ./tessera-$tool --help=bash
  . ./stdout
done
# completes 'ANSWERS' WORDS...
completes() {
  local expected=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  "_${1//-/_}"
  [[ ${COMPREPLY[*]} == "$expected" ]] || fail "'$*' completes to '${COMPREPLY[*]}'"
}
completes 'list clear path' tessera-cache ''
completes 'clear' tessera-cache cl
completes '' tessera-cache clear mod  # bash completes the file
completes 'Q4_K_S Q4_K_M' tessera-run --quantize Q4_K_
expect 0 ./tessera-cache --help=zsh
expect_stdout "'1:action:\(list clear path\)'"
expect 0 ./tessera-cache --help=fish
expect_stdout "-f -a 'list clear path'$"

((failures == 0)) && echo "all as expected"
exit "$failures"
