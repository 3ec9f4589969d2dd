#!/usr/bin/env bash
# From nothing to a story: installs what is missing, builds, converts the tiny
# model to an arena, shows it, and lets it tell a story. A second call takes
# seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install_packages.sh
echo "== Building (the first time takes a few minutes)"
bazel build //converter:convert //converter/inspect //runtime/llm:run

arena=.cache/demo/tiny.arena
mkdir -p "$(dirname "$arena")"

step() { printf '\n== %s\n' "$*"; }

step "convert --layout interleaved --quantize Q4_K_M testdata/tiny $arena"
bazel-bin/converter/convert --layout interleaved --quantize Q4_K_M --overwrite \
  testdata/tiny "$arena"

step "inspect --notensors $arena"
bazel-bin/converter/inspect/inspect --notensors "$arena"

step "run $arena"
bazel-bin/runtime/llm/run "$arena" --temperature 0 --n_predict 133 \
  --prompt "There once was a curious bear called Bruno."
