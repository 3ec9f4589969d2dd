#!/usr/bin/env bash
# inspect: sets of files, JSON, pictures, comparisons.
set -u
. tests/testing/shell_checks.sh
convert=$PWD/converter/convert
inspect=$PWD/converter/inspect/inspect
tiny=$PWD/testdata/tiny
cd "$TEST_TMPDIR" || exit 1

cp "$tiny/gguf/tiny-Q4_0.gguf" in.gguf
expect 0 "$convert" --quiet in.gguf a.arena
expect 0 "$convert" --quiet --quantize Q4_K_M "$tiny" mix.arena

# ---- pictures ----

expect 0 "$inspect" --notensors --map=map.svg mix.arena
cp map.svg type.svg
expect 0 "$inspect" --notensors --map=map.png mix.arena
[[ $(head -c 4 map.png) == $'\x89PNG' ]] || fail "no PNG"
for color in type section snr; do
  expect 0 "$inspect" --notensors --map=$color.svg --map_color=$color mix.arena
done
cmp -s type.svg map.svg || fail "colours by type are not the usual ones"
grep -q ' dB</text>' snr.svg || fail "no scale of ratios"
grep -q '>cold</text>' section.svg || fail "no sections"
expect 1 "$inspect" --map=no.svg --map_color=snr in.gguf
expect_stderr 'in.gguf: records no signal-to-noise ratios'
[[ ! -e no.svg ]] || fail "a picture nevertheless"
expect 2 "$inspect" --map=no.svg --map_color=rainbow in.gguf
expect 2 "$inspect" --map_color=snr mix.arena
expect_stderr '--map_color: has a meaning with --map only'
expect 2 "$inspect" --diff --map_color=snr mix.arena a.arena
expect 0 env TESSERA_MAP_COLOR=snr "$inspect" --notensors mix.arena
expect 0 "$inspect" --notensors --map=big.PNG mix.arena
cmp -s big.PNG map.png || fail "another picture by the case of the ending"
expect 0 "$inspect" --notensors --map=big.Svg mix.arena
cmp -s big.Svg map.svg || fail "another picture by the case of the ending"
expect 0 "$inspect" --help=bash
grep -q "compgen -W 'type section snr'" stdout || fail "no words for --map_color"
grep -q "compgen -W 'text json'" stdout || fail "no words for --format"
expect 1 "$inspect" --map=map.gif in.gguf
expect_stderr "the picture is an .svg or a .png, and 'map.gif' is neither"
mkfifo pipe pipe.png
for pipe in pipe pipe.png; do
  expect 1 timeout 10 "$inspect" --map=$pipe in.gguf
  expect_stderr 'is a pipe, which waits for a reader'
done
"$inspect" --notensors --map=/dev/stdout in.gguf | grep -q '</svg>' || fail "no picture in a pipe"
expect 0 "$inspect" --notensors --map=folder.svg "$tiny"

# ---- comparisons ----

expect 0 "$inspect" --diff in.gguf a.arena
grep -qx 'equal' stdout || { fail "not equal:"; cat stdout; }
grep -q 'lie in other layouts: rowmajor | interleaved' stdout || { fail "no layouts:"; cat stdout; }
[[ ! -s stderr ]] || fail "equal, and says: $(cat stderr)"
expect 0 "$inspect" --diff --json in.gguf a.arena
grep -q '"equal": true' stdout || fail "not equal in JSON"
expect 1 "$inspect" --diff --quiet "$tiny" mix.arena
grep -qx 'different' stdout || { fail "not different:"; cat stdout; }
grep -qE '^  blk.0.attn_q.weight +[A-Z0-9]+ \| Q4_K +.* [0-9]+\.[0-9]+ ' stdout || { fail "no ratio:"; cat stdout; }
grep -qx 'tokenizer: equal' stdout || { fail "not the tokenizer:"; cat stdout; }
[[ ! -s stderr ]] || fail "different, and says: $(cat stderr)"
expect 1 "$inspect" --diff in.gguf none.gguf
expect_stderr '^inspect: none.gguf: '
expect 2 "$inspect" --diff in.gguf
expect_stderr 'expected A and B, found 1'
expect 2 "$inspect" --diff --verify in.gguf a.arena
expect_stderr '--verify has no effect beside --diff'

# A folder and what is made of it: the norms are F32 there, and a GGUF holds no
# steps of the tokenizer.
for made in folder.gguf folder.arena; do
  expect 0 "$convert" --quiet "$tiny" $made
  expect 0 "$inspect" --diff --quiet --notensors "$tiny" $made
  grep -qx '  7 of the equal ones have the same values in another type: BF16 | F32' stdout ||
    { fail "no other types:"; cat stdout; }
  grep -qx 'configuration: equal' stdout || { fail "not the configuration:"; cat stdout; }
done
expect 0 "$inspect" --diff --quiet folder.gguf folder.arena
grep -qx '  not compared, since a GGUF does not hold it: decoder, split' stdout ||
  { fail "not what was left out:"; cat stdout; }

# Numbers that are the same in six digits only.
mkdir edited
cp -L "$tiny"/*.json "$tiny"/*.safetensors edited
chmod u+w edited/config.json
for edit in 's/"rope_theta": 10000.0/"rope_theta": 10000.001/' 's/1e-05/1.0000001e-05/'; do
  sed "$edit" "$tiny/config.json" >edited/config.json
  cmp -s "$tiny/config.json" edited/config.json && fail "nothing to edit: $edit"
  for other in "$tiny" folder.gguf folder.arena; do
    expect 1 "$inspect" --diff --quiet --notensors "$other" edited
    grep -qx 'configuration: 1 difference' stdout || { fail "$edit, not found in $other:"; cat stdout; }
    grep -qE '10000 +10000\.001|1e-05 +1\.0000001e-05' stdout || { fail "not the digits:"; cat stdout; }
  done
done

# A byte of a weight.
cp in.gguf other.gguf
printf '\x55' | dd of=other.gguf bs=1 seek=1394000 conv=notrunc status=none
expect 1 "$inspect" --diff in.gguf other.gguf
grep -q '^tensors: 29 equal, 1 different' stdout || { fail "not one tensor:"; head -5 stdout; }

# ---- JSON ----

for file in in.gguf a.arena mix.arena "$tiny" "$tiny/model.safetensors"; do
  expect 0 "$inspect" --json "$file"
  head -2 stdout | grep -q '"schema": 1,' || fail "no schema: $file"
  grep -qE '"(Infinity|NaN|-Infinity)"' stdout && fail "a number as a string: $file"
done
# Whole lists, of the arena too, and without them.
for file in in.gguf a.arena; do
  expect 0 "$inspect" --json $file
  [[ $(grep '"tokenizer.ggml.tokens"' stdout | tr -cd , | wc -c) -gt 1000 ]] || fail "not all tokens: $file"
  expect 0 "$inspect" --json --notensors $file
  grep -q '"tokenizer.ggml.tokens": null' stdout || fail "a long list: $file"
  grep -q '"tensors": \[' stdout && fail "tensors: $file"
done
expect 0 "$inspect" --quality --json a.arena
grep -q '"Infinity"' stdout && fail "a number as a string"

exit $((failures > 0))
