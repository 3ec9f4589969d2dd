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
expect_stderr '^convert: missing.gguf: cannot open: No such file'
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
expect 2 "$convert" --tensors_only tensors.arena new.gguf
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
expect_stderr 'bits per weight'
expect_stderr '^  total '
cmp two.arena two_alone.arena || fail "--also makes another arena"
expect 0 "$convert" --quantize Q8_0 --allow_requantize "$tiny/gguf/tiny-Q4_0.gguf" again.arena
expect_stderr '^  23 tensors were quantized before'
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
expect_stderr '^convert: none/out.arena: cannot write into none: No such file'

# ---- inspect ----

for file in out.arena in.safetensors "$tiny/gguf/tiny-Q4_0.gguf"; do
  expect 0 "$inspect" "$file"
  expect 0 "$inspect" --format=json "$file"
done
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
TESSERA_ISA=mmx expect 1 "$run" f32.arena --prompt x
expect_stderr 'mmx'

((failures == 0)) && echo "all as expected"
exit "$failures"
