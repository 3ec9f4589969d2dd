#!/usr/bin/env bash
# The tools as a user types them: exit codes, messages, and the same story from
# every layout, thread count and instruction set.
set -u

convert=$PWD/converter/convert
inspect=$PWD/converter/inspect/inspect
run=$PWD/runtime/llm/run
tiny=$PWD/testdata/tiny
work=$TEST_TMPDIR/cli
. tests/testing/shell_checks.sh
mkdir -p "$work" && cd "$work" || exit 1

expect_one_line() {
  [[ $(wc -l <stderr) == 1 ]] || { fail "not one line:"; cat stderr; }
}

# ---- convert ----

cp "$tiny/model.safetensors" in.safetensors
expect 0 "$convert" --layout interleaved in.safetensors out.arena
expect_stderr 'warning: .*no config.json'
expect_stderr 'inspected but not run'
expect_stderr 'wrote out.arena: 30 tensors'

expect 1 "$convert" --quiet in.safetensors out.arena
expect_stderr 'out.arena: exists already; pass --overwrite'
expect_one_line
expect 1 "$convert" missing.gguf new.arena
expect_stderr '^convert: missing.gguf: no such file$'
expect 1 "$convert" /dev/null new.arena
head -c 1000000 in.safetensors >cut.safetensors
expect 1 "$convert" cut.safetensors new.arena
expect_stderr '^convert: cut.safetensors: '
expect_one_line
expect 1 "$convert" out.arena out.arena --overwrite
expect_stderr 'is the input'
expect 2 "$convert" in.safetensors
expect_one_line
expect 2 "$convert" in.safetensors out.bin
expect 2 "$convert" --quantize Q9 in.safetensors new.arena
expect_stderr 'Q9.*known are'
expect 2 "$convert" --layout zigzag in.safetensors new.arena
expect_stderr 'zigzag; known are interleaved, transposed, swizzled'
printf '* gemm * * swizzled\n* gemv * transposed\n' >bad.profile
expect 2 "$convert" --layout_profile bad.profile in.safetensors new.arena
expect 1 "$convert" --layout auto --layout_profile bad.profile in.safetensors new.arena
expect_stderr '^convert: bad.profile: line 2: expected type, duty'
expect_one_line
expect 1 "$convert" --layout auto --layout_profile missing in.safetensors new.arena
expect_stderr '^convert: missing: '
expect 2 "$convert" --no_such_flag in.safetensors new.arena
expect 0 "$convert" --help
expect 0 "$convert" --dry_run "$tiny" new.arena
expect 2 "$convert" --max_memory 1M in.safetensors new.arena
expect_stderr 'max_memory: must be 64MiB'
expect 2 "$convert" --max_memory lots in.safetensors new.arena
expect_stderr 'lots.*expected a number'
expect 2 "$convert" --isa avx512 in.safetensors new.arena
expect_stderr 'the only one is portable'
expect 2 "$convert" --also b.gguf:Q8_0 in.safetensors new.arena
expect 2 "$convert" --also new.arena:Q8_0 in.safetensors new.arena
expect_stderr 'is an output already'
expect 2 "$convert" --resume out.arena new.gguf
expect 1 "$convert" --quantize Q8_0 "$tiny/gguf/tiny-Q4_0.gguf" new.arena
expect_stderr '^convert: .*tiny-Q4_0.gguf: .* is quantized already, to .*--allow_requantize'
expect_one_line
[[ -e new.arena ]] && fail "a failed or dry conversion left new.arena"
[[ -z $(find . -name '*.tmp-*') ]] || fail "temporary files are left"

# What a model must have, before a byte is written.
mkdir more other && cp "$tiny"/*.json "$tiny/model.safetensors" more && cp more/* other
sed -i 's/"num_hidden_layers": 3/"num_hidden_layers": 4/' more/config.json
expect 1 "$convert" --dry_run more new.arena
expect_stderr "^convert: more: tensor 'model.layers.3.input_layernorm.weight' is missing, and 8 more; num_hidden_layers is 4, and there are tensors of 3 layers \(is a shard missing\?\); --tensors_only "
expect_one_line
expect 1 "$convert" more new.arena
[[ -e new.arena || -e new.arena.partial ]] && fail "something was written before the model was checked"
expect 0 "$convert" --quiet --tensors_only --quantize Q4_K_M more tensors.arena
[[ -s stderr ]] && fail "--quiet is not quiet: $(cat stderr)"
expect 1 "$run" tensors.arena --prompt x
expect_stderr '^run: tensors.arena: the arena was made with --tensors_only: it holds tensors, not a model'
expect 0 "$inspect" tensors.arena
grep -q 'tensors_only=true' stdout || fail "inspect does not know of --tensors_only"
expect 0 "$convert" --quiet --tensors_only tensors.arena new.gguf
sed -i 's/"model_type": "llama"/"model_type": "llama7"/' other/config.json
expect 0 "$convert" --quiet --json other other.arena
expect_stderr "^warning: architecture 'llama7' is not known to this version: the arena keeps tensors and metadata, and no program here runs it"
expect_one_line
grep -q "architecture 'llama7' is not known" stdout || fail "no warning in the report"
expect 1 "$run" other.arena --prompt x
expect_stderr "^run: other.arena: architecture 'llama7' is not supported"
expect 1 "$run" out.arena --prompt x
expect_stderr "^run: out.arena: the arena was made from tensors alone: there was no config.json beside 'in.safetensors'"

# Several outputs, a report, and what a killed conversion leaves.
expect 0 "$convert" --quiet --json --quantize Q4_0 --also two.arena:Q8_0 "$tiny" one.arena
python3 -m json.tool <stdout >/dev/null 2>&1 || grep -q '"quality"' stdout || fail "no JSON"
expect 0 "$convert" --quantize Q8_0 "$tiny" two_alone.arena
expect_stderr '^quality of the 10 worst of 23 tensors; inspect --quality prints all'
expect_stderr '^  total, 30 tensors '
(($(wc -l <stderr) <= 24)) || fail "more than a screen"
[[ -z $(awk 'length > 80' stderr) ]] || { fail "lines of more than 80 columns:"; cat stderr; }
expect 0 "$convert" --quantize Q8_0 --quality --overwrite "$tiny" two_alone.arena
expect_stderr 'bits per weight'
[[ $(grep -c '^  blk\..* Q8_0 ' stderr) == 21 ]] || { fail "not every tensor:"; cat stderr; }
expect 0 "$convert" --overwrite "$tiny" kept.arena
[[ $(cat stderr) == "wrote kept.arena: 30 tensors, "* ]] ||
  { fail "more is said than what was written:"; cat stderr; }
expect 2 "$convert" --quality --quiet "$tiny" kept.arena
expect_stderr 'has no meaning with --quiet'
cmp two.arena two_alone.arena || fail "--also makes another arena"
expect 0 "$convert" --quantize Q8_0 --allow_requantize "$tiny/gguf/tiny-Q4_0.gguf" again.arena
expect_stderr '^warning: again.arena: 23 tensors were quantized before'
echo "a diary" >three.arena.partial
expect 1 "$convert" --resume "$tiny" three.arena
expect_stderr '^convert: three.arena.partial: is no unfinished conversion'
expect_one_line
expect 0 "$convert" --quiet "$tiny" three.arena
[[ -z $(find . -name '*.partial') ]] || fail "partial files are left"
mkdir readonly && chmod 555 readonly
if [[ $(id -u) != 0 ]]; then
  expect 1 "$convert" "$tiny" readonly/out.arena
  expect_stderr 'Permission denied'
fi
expect 1 "$convert" "$tiny" none/out.arena
expect_stderr '^convert: none/out.arena: no such folder: none$'

# ---- what --quiet leaves, and what is printed where ----

only_warnings() {
  [[ -s stderr && -z $(grep -vE '^(warning|note): ' stderr) ]] || { fail "not warnings alone:"; cat stderr; }
}

expect 0 "$convert" --quiet --overwrite in.safetensors quiet.arena
only_warnings
expect_stderr 'no config.json'
expect_stderr 'inspected but not run'
expect 0 "$convert" --quiet --quantize Q8_0 --allow_requantize --overwrite "$tiny/gguf/tiny-Q4_0.gguf" again.arena
only_warnings
expect 0 "$convert" --quiet --quantize Q4_0 --tensor_type none=Q8_0 --overwrite "$tiny" quiet.arena
only_warnings
expect_stderr 'none=Q8_0: matches no tensor'
expect 0 "$convert" --quiet --quantize Q4_0 --overwrite "$tiny" quiet.arena
[[ ! -s stderr ]] || { fail "--quiet says:"; cat stderr; }

# Rows of 96 and of 50 values, which blocks of 256 and of 32 do not divide.
odd_rows() {
  local header='{"a.weight":{"dtype":"F32","shape":[4,96],"data_offsets":[0,1536]},"b.weight":{"dtype":"F32","shape":[2,96],"data_offsets":[1536,2304]},"c.weight":{"dtype":"F32","shape":[4,50],"data_offsets":[2304,3104]}}'
  printf '%b%s' "\\x$(printf %02x $((${#header} % 256)))\\x$(printf %02x $((${#header} / 256)))\\0\\0\\0\\0\\0\\0" "$header"
  yes '?' | head -c 3104
}
odd_rows >odd.safetensors
misfits='2 matrices have rows of 96 values, which Q4_K .blocks of 256. cannot hold: they are stored as Q5_0; 1 matrix has rows of 50 values, .* it is stored as F16'
expect 0 "$convert" --quiet --quantize Q4_K_M odd.safetensors odd.arena
only_warnings
expect_stderr "^warning: odd.arena: $misfits"
expect 0 "$convert" --quiet --json --quantize Q8_0 --also odd2.arena:Q4_K_M --overwrite odd.safetensors odd.arena
expect_stderr "^warning: odd2.arena: $misfits"
grep -qE "\"odd2.arena: $misfits\"" stdout || { fail "no warning in JSON:"; cat stdout; }
expect 0 "$convert" --dry_run --quantize Q4_K_M odd.safetensors odd3.arena
expect_stderr "^warning: odd3.arena: $misfits"
expect 0 "$convert" --quiet --target_bpw 11 --overwrite odd.safetensors odd.arena
expect_stderr 'odd.arena: 2 matrices have rows of 96 values, which Q4_K, Q5_K and Q6_K'

# A plan fits a screen; --tensors has each tensor, --json all as JSON.
expect 0 "$convert" --dry_run --quantize Q4_K_M "$tiny" plan.arena
grep -q '^30 tensors, 4.59 MB in the source' stdout || { fail "no totals:"; cat stdout; }
grep -q '^BF16 -> Q4_K  *interleaved  hot  ' stdout || { fail "no line for Q4_K:"; cat stdout; }
grep -q blk.0 stdout && { fail "tensors are listed:"; cat stdout; }
expect 0 "$convert" --dry_run --tensors --quantize Q4_K_M "$tiny" plan.arena
[[ $(wc -l <stdout) == 32 ]] || { fail "not every tensor:"; cat stdout; }
expect 2 "$convert" --tensors "$tiny" plan.arena
expect_stderr '--tensors: has a meaning with --dry_run only'
expect 0 "$convert" --dry_run --json --quiet --quantize Q4_K_M "$tiny" plan.arena
[[ $(head -c 1 stdout) == "{" ]] && grep -q '"dry_run": true' stdout &&
  grep -q '"type": "Q4_K"' stdout || { fail "no JSON:"; cat stdout; }
expect 0 "$convert" --dry_run --json two.arena plan.gguf
[[ $(head -c 1 stdout) == "{" ]] && grep -q '"tensors": 30' stdout || { fail "no JSON:"; cat stdout; }

# Numbers and sizes say their range and their units, in every tool.
for tool in "$convert" "$inspect"; do
  expect 2 "$tool" --threads 5000 "$tiny" x.arena
  expect_stderr "--threads: expected a whole number from 0 to 4096, found '5000'"
done
expect 2 "$run" x.arena --prompt x --top_k -1
expect_stderr "--top_k: expected a whole number from 0 to 2147483647, found '-1'"
expect 2 "$run" x.arena --prompt x --seed 99999999999999999999
expect_stderr "from -1 to 4294967295, found '99999999999999999999'"
expect 2 "$run" x.arena --prompt x --max_memory 4X
expect_stderr "--max_memory: '4X' is no size; expected a number with k, M, G"

# Every --help fits 80 columns.
for tool in "$convert" "$inspect" "$run"; do
  expect 0 "$tool" --help
  [[ -z $(awk 'length > 80' stdout) ]] || { fail "$tool --help is wide:"; awk 'length > 80' stdout; }
done

# ---- inspect ----

for file in out.arena in.safetensors "$tiny/gguf/tiny-Q4_0.gguf"; do
  expect 0 "$inspect" "$file"
  expect 0 "$inspect" --format=json "$file"
done
expect 0 "$inspect" --notensors one.arena
for fact in 'architecture   llama$' 'name           not stated$' 'licence        not stated$' \
  'context        512 tokens, as trained$' 'size           3 layers, hidden size 256, ' \
  'tokenizer      byte-level BPE, 1,024 tokens; begin 1022 ' 'chat template  none$' 'runs           yes$'; do
  grep -qE "^  $fact" stdout || { fail "inspect does not say '$fact':"; head -20 stdout; }
done
expect 0 "$inspect" --notensors out.arena
grep -q '^  runs           no: it holds tensors alone' stdout || { fail "tensors alone:"; head -20 stdout; }
expect 0 "$inspect" --notensors "$tiny"
grep -q '^  runs           yes, once convert has made an arena of it' stdout || { fail "a folder:"; cat stdout; }
expect 1 "$inspect" --verify "$tiny"
expect_stderr 'is a folder; --verify takes one of its files'
expect 0 "$inspect" --json one.arena
grep -q '"architecture_known": true' stdout || fail "no model in JSON"
expect 0 "$inspect" --verify --map=map.svg out.arena
grep -q '</svg>' map.svg || fail "no picture"
expect 1 "$inspect" stdout
expect 2 "$inspect"

printf 'x' | dd of=out.arena bs=1 seek=2097200 conv=notrunc status=none
expect 1 "$inspect" --verify out.arena
expect_stderr '^inspect: out.arena: '

# ---- run ----

prompt='There once was a curious bear called Bruno.'
story() { "$run" "$1" --prompt "$prompt" --temperature 0 --n_predict 60 "${@:2}" 2>/dev/null; }

expect 0 "$convert" "$tiny" f32.arena --quantize F32
reference=$(story f32.arena)
[[ $reference == "$prompt"* && ${#reference} -gt 150 ]] || fail "no story: $reference"
expect 0 "$convert" "$tiny" rowmajor.arena --quantize F32 --layout rowmajor
printf '* gemm 256- * swizzled\n* gemv * * transposed\n' >measured.profile
expect 0 "$convert" --layout auto --layout_profile measured.profile --quantize F32 "$tiny" auto.arena
for layout in transposed swizzled; do
  expect 0 "$convert" --layout $layout --quantize F32 "$tiny" $layout.arena
  expect 0 "$convert" $layout.arena again.arena --overwrite
  cmp -s <(tail -c +2097153 again.arena | head -c 2097152) \
    <(tail -c +2097153 f32.arena | head -c 2097152) || fail "$layout does not come back"
done
for layout in transposed swizzled auto; do
  expect 0 "$inspect" --verify $layout.arena
  grep -q "layout=$layout" stdout || fail "$layout is not among the options"
  got=$(story $layout.arena)
  [[ $got == "$reference" ]] || fail "$layout: $got"
done
for isa in scalar avx2 avx512 avx512vnni amx; do
  TESSERA_ISA=$isa "$run" f32.arena --n_predict 1 --prompt x >stdout 2>stderr
  if [[ $? != 0 ]]; then
    expect_stderr "$isa"  # not on this machine, and it says so
    continue
  fi
  for arena in f32.arena rowmajor.arena; do
    for threads in 1 2; do
      got=$(TESSERA_ISA=$isa story "$arena" --threads "$threads")
      [[ $got == "$reference" ]] || fail "$isa $arena $threads threads: $got"
    done
  done
done

expect 0 "$run" f32.arena --prompt "$prompt" --n_predict 3 --json
python3 -m json.tool <stdout >/dev/null 2>&1 || grep -q '"text"' stdout || fail "no JSON"
printf '%s' "$prompt" >prompt.txt
expect 0 "$run" f32.arena --tokenize_file prompt.txt
[[ $(cat stdout) == "446 513 275 258 715 991 419 540 13" ]] || fail "ids: $(cat stdout)"
expect 1 "$run" out.arena --prompt x
expect_one_line
expect 1 "$run" in.safetensors --prompt x
expect_stderr '^run: in.safetensors: '
expect 2 "$run"
expect 2 "$run" f32.arena --threads=-3 --prompt x
# The last weight of the file becomes NaN, and all that follows it none.
mkdir -p nan && cp "$tiny"/*.json nan/ && cp in.safetensors nan/model.safetensors && chmod +w nan/*
printf '\xc0\x7f' | dd of=nan/model.safetensors bs=1 seek=$(($(stat -c %s in.safetensors) - 2)) \
  conv=notrunc status=none
expect 0 "$convert" --quiet --allow_nonfinite nan nan.arena
only_warnings
expect_stderr '^warning: nan.arena: 1 weight is not finite'
expect 1 "$run" nan.arena --prompt x --n_predict 3 --quiet --noshow_prompt
expect_stderr '^run: nan.arena: the model computes no numbers'
expect 2 "$run" f32.arena --tokenize_file prompt.txt --temperature 0
expect_stderr "--temperature has no effect beside --tokenize_file"
expect 0 "$run" f32.arena --prompt x --n_predict 1 --quiet --ctx_size 4096
expect_stderr '^warning: f32.arena: --ctx_size 4096 is more than the 512 tokens'
expect_one_line
expect 0 "$run" f32.arena --prompt x --n_predict 1 --quiet
[[ ! -s stderr ]] || { fail "--quiet says:"; cat stderr; }
TESSERA_ISA=mmx expect 1 "$run" f32.arena --prompt x
expect_stderr 'mmx'

((failures == 0)) && echo "all as expected"
exit "$failures"
