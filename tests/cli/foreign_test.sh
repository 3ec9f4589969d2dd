#!/usr/bin/env bash
# What users give by mistake: each tool says what it is and what to do, at once,
# in one line that is fit for a terminal.
set -u

convert=$PWD/converter/convert
inspect=$PWD/converter/inspect/inspect
run=$PWD/runtime/llm/run
perplexity=$PWD/runtime/llm/perplexity
tiny=$PWD/testdata/tiny
work=$TEST_TMPDIR/foreign
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1
echo 'Once upon a time' >text.txt

# One line, neither long nor with a byte that a terminal acts on, from a tool
# that did not wait.
expect_message() {
  [[ $(wc -l <stderr) == 1 ]] || { fail "not one line:"; cat stderr; }
  (($(wc -c <stderr) <= 601)) || fail "a message of $(wc -c <stderr) bytes"
  if LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' stderr || ! iconv -f UTF-8 -t UTF-8 stderr >/dev/null 2>&1; then
    fail "bytes for a terminal: $(cat -v stderr)"
  fi
}

# all_say FILE PATTERN: what every tool says of FILE.
all_say() {
  expect 1 timeout 5 "$convert" "$1" new.arena
  expect_stderr "$2"
  expect_message
  expect 1 timeout 5 "$inspect" "$1"
  expect_stderr "$2"
  expect_message
  expect 1 timeout 5 "$run" "$1" --prompt x
  expect_stderr "$2"
  expect_message
  expect 1 timeout 5 "$perplexity" "$1" --file text.txt
  expect_stderr "$2"
  expect_message
  [[ ! -e new.arena ]] || fail "$1 left new.arena"
}

# ---- what is no model ----

pointer='version https://git-lfs.github.com/spec/v1
oid sha256:0123456789012345678901234567890123456789012345678901234567890123
size 4368438944'
for name in m.gguf m.safetensors m.arena; do
  echo "$pointer" >$name
  all_say $name "$name: is a Git LFS pointer .*4.37 GB; fetch it: git -C . lfs pull"
done
printf '<!DOCTYPE html><title>Log \x1b[31min \xc2\x9b</title>' >page.gguf
all_say page.gguf "page.gguf: is an HTML page \('Log .*in.*'\) that was saved in place"
echo '{"error":"Repository not found"}' >error.safetensors
all_say error.safetensors "error message of a server \('Repository not found'\)"
echo 'Entry not found' >entry.gguf
all_say entry.gguf "'Entry not found'"
gzip -c text.txt >'my m.gguf'
all_say 'my m.gguf' "is packed with gzip; unpack it first: gzip -dc 'my m.gguf' > 'unpacked-my m.gguf'"
printf 'PK\3\4........................archive/data.pkl' >pytorch_model.bin
all_say pytorch_model.bin 'is a pickle, as PyTorch writes.*pytorch_model.bin model.safetensors'
: >empty.gguf
all_say empty.gguf 'empty.gguf: is empty'
head -c 100000 /dev/zero >zeros.gguf
all_say zeros.gguf 'zeros only'
printf '\x01\x99\xff\xfe' >unknown
all_say unknown 'unknown: (not an|neither)'
cp "$tiny/tokenizer.json" .
all_say tokenizer.json 'is a tokenizer, not weights; give the folder: convert \. '
cp "$tiny/gguf/tiny-Q4_0.gguf" good.gguf
cat good.gguf good.gguf >joined.gguf
expect 1 "$convert" joined.gguf new.arena
expect_stderr 'joined.gguf: byte [0-9]*: another GGUF file begins there'
split -b 100000 good.gguf pieces.gguf.
all_say pieces.gguf.ab 'is a piece of a file; join all pieces first: cat pieces.gguf.* > pieces.gguf'
expect 1 "$convert" pieces.gguf.aa new.arena
expect_stderr 'cut short .*; its name says that it is a piece'
head -c 100000 good.gguf >slow.gguf.part
expect 1 "$convert" slow.gguf.part new.arena
expect_stderr 'the download is not finished'

# In a folder.
mkdir folder && cp "$tiny"/{config.json,model.safetensors,tokenizer.json} folder
echo "$pointer" >folder/tokenizer.json
expect 1 "$convert" folder new.arena
expect_stderr '^convert: folder/tokenizer.json: is a Git LFS pointer.* git -C folder lfs pull'

# ---- models where an arena belongs ----

cp good.gguf "it's.gguf"
mkdir tiny && cp "$tiny"/{config.json,model.safetensors,tokenizer.json} tiny
for tool in run perplexity; do
  arguments=(--prompt x)
  [[ $tool == perplexity ]] && arguments=(--file text.txt)
  expect 1 "${!tool}" good.gguf "${arguments[@]}"
  expect_stderr "^$tool: good.gguf: is a GGUF file, not an arena; convert it first: convert good.gguf good.arena$"
  expect 1 "${!tool}" "it's.gguf" "${arguments[@]}"
  expect_stderr "convert 'it'\\\\''s.gguf' 'it'\\\\''s.arena'"
  expect 1 "${!tool}" tiny/ "${arguments[@]}"
  expect_stderr 'is a folder, not an arena; convert it first'
  expect 1 "${!tool}" tiny/model.safetensors "${arguments[@]}"
  expect_stderr "is a safetensors file, not an arena; convert it first: convert tiny tiny.arena"
done

# ---- names ----

all_say god.gguf 'god.gguf: no such file; did you mean good.gguf\?'
all_say none/x.gguf 'no such folder: none$'
all_say https://huggingface.co/a/m.gguf 'it is an address; download the file first'
all_say meta-llama/Llama-3.2-1B 'hf download meta-llama/Llama-3.2-1B --local-dir Llama-3.2-1B'
expect 1 "$convert" new.arena good.gguf
expect_stderr 'new.arena: no such file.*INPUT comes first: convert good.gguf new.arena'
expect 2 "$convert" new.arena "$tiny/model.safetensors"
expect_stderr 'INPUT comes first'
expect 1 "$convert" good.gguf none/new.arena
expect_stderr 'none/new.arena: no such folder: none$'

# ---- odd files, none of which may be waited for ----

mkfifo pipe pipe.gguf
ln -s pipe link.gguf
ln -s circle circle
mkdir dir.gguf
all_say pipe 'is a pipe, not a file'
all_say link.gguf 'is a pipe, not a file'
all_say /dev/zero 'is a device, not a file'
all_say circle 'is a link that leads back to itself'
all_say good.gguf/ 'good.gguf is a file, not a folder'
all_say dir.gguf 'dir.gguf: .*folder'
all_say /proc/cpuinfo 'is made up by the kernel'
for name in config.json tokenizer.json model.safetensors model.safetensors.index.json; do
  rm -rf odd && mkdir odd && cp "$tiny"/{config.json,model.safetensors,tokenizer.json} odd
  rm -f odd/$name && mkfifo odd/$name
  expect 1 timeout 5 "$convert" odd new.arena
  expect_stderr "odd/$name: is a pipe, not a file"
done
expect 1 timeout 5 "$convert" --quantize Q4_0 --imatrix pipe good.gguf new.arena
expect_stderr '^convert: pipe: is a pipe, not a file'
expect 1 timeout 5 "$convert" --layout auto --layout_profile pipe good.gguf new.arena
expect_stderr '^convert: pipe: is a pipe to which no program writes'
expect 0 "$convert" --quiet good.gguf good.arena
expect 1 timeout 5 "$perplexity" good.arena --base pipe --file text.txt
expect_stderr '^perplexity: pipe: is a pipe, not a file'
expect 1 timeout 5 "$perplexity" good.arena --file pipe
expect_stderr '^perplexity: pipe: is a pipe to which no program writes'
expect 1 timeout 5 "$run" good.arena --file pipe
expect_stderr '^run: pipe: is a pipe to which no program writes'
# What is read as a stream still is.
expect 0 timeout 60 "$run" good.arena --n_predict 1 --file <(echo 'Once upon')
echo 'Once upon' | expect 0 timeout 60 "$run" good.arena --tokenize_file /dev/stdin
(sleep 0.2; echo 'Once upon' >pipe) &
expect 0 timeout 60 "$run" good.arena --tokenize_file pipe
wait

# ---- names that a terminal would act on ----

evil=$'e\x1b[2J\nconvert: all is well\xe2\x80\xae\x9b.gguf'
all_say "$evil" 'e\\x1b\[2J\\nconvert: all is well\\u202e\\x9b.gguf: no such file'
cp good.gguf "$evil"
expect 0 "$convert" "$evil" "$evil.arena"
LC_ALL=C grep -q $'[\x1b\x9b]' stderr && fail "$(cat -v stderr)"
grep -q '^wrote e\\x1b' stderr || fail "no name: $(cat stderr)"
for options in --tensors --quality --verify; do
  expect 0 "$inspect" $options "$evil.arena"
  LC_ALL=C grep -q $'[\x1b\x9b]' stdout && fail "inspect $options: $(head -1 stdout | cat -v)"
done
expect 2 "$convert" "--no_such_$evil" a b
expect_message
expect 2 "$convert" --layout "$evil$(printf 'x%.0s' {1..100000})" a b.arena
expect_message
# Names in files. st HEADER: a safetensors file with four bytes of data.
st() {
  local size=${#1}
  printf "\\x$(printf %02x $((size & 255)))\\x$(printf %02x $((size >> 8 & 255)))\\x$(printf %02x $((size >> 16)))\\0\\0\\0\\0\\0"
  printf '%s\0\0\0\0' "$1"
}
clean() {
  if LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' "$1" || LC_ALL=C grep -qaP '\xc2[\x80-\x9f]|\xe2\x80\xae' "$1"; then
    fail "bytes for a terminal: $(cat -v "$1" | head -5)"
  fi
  iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || fail "no UTF-8: $(cat -v "$1" | head -5)"
}
st '{"e\u001b[2J\nx\u202e\u009b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}' >names.safetensors
for arguments in names.safetensors '--dry_run names.safetensors' '--json names.safetensors'; do
  expect 0 "$convert" --overwrite $arguments names.arena
  clean stdout
  clean stderr
done
for file in names.safetensors names.arena; do
  expect 0 "$inspect" $file
  clean stdout
  expect 0 "$inspect" --format=json $file
  clean stdout
  grep -q 'e\\u001b\[2J\\nx\\u202e\\u009b' stdout || fail "not the name: $(grep name stdout)"
done
st "{\"a\":{\"dtype\":\"$(printf 'x%.0s' {1..300000})\",\"shape\":[1],\"data_offsets\":[0,4]}}" >long.safetensors
expect 1 "$convert" long.safetensors new.arena
expect_message
st "{\"$(printf 'x%.0s' {1..300000})\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,4]}}" >long.safetensors
expect 1 "$convert" long.safetensors new.arena
expect_message
long=$(printf 'd%.0s' {1..250})
all_say "$long/$long/$long/$long/x.gguf" 'no such folder'
all_say "$(printf 'n%.0s' {1..5000})" 'File name too long'

((failures == 0)) && echo "all as expected"
exit "$failures"
