"""What the tests of the package share: the files that they open."""

import json
import os
import subprocess
import unittest

import numpy as np

TINY = "testdata/tiny"
TEMP = os.environ["TEST_TMPDIR"]


def arena(source=TINY, **flags):
    """The path of an arena that the convert tool makes, once per process."""
    words = [f"--{name}={value}" for name, value in sorted(flags.items())]
    name = "_".join([source, *words]).replace("/", "_").replace("-", "")
    path = f"{TEMP}/{name}.arena"
    if not os.path.exists(path):
        subprocess.run(
            ["converter/convert", "--quiet", *words, source, path], check=True
        )
    return path


def golden_logits(kind):
    """[(prompt ids, logits of its last four positions, greedy ids)] of the tiny
    model in a type."""
    folder = f"{TINY}/golden"
    with open(f"{folder}/logits.json", encoding="utf-8") as file:
        index = json.load(file)
    values = np.fromfile(f"{folder}/logits.bin", dtype="<f4")
    rows, vocab = index["last_positions"], index["vocab"]
    found = []
    for prompt in index["prompts"]:
        entry = prompt["types"][kind]
        start = entry["offset"] // 4
        found.append(
            (
                prompt["prompt_ids"],
                values[start : start + rows * vocab].reshape(rows, vocab),
                entry["greedy_ids"],
            )
        )
    return found


def main():
    unittest.main(verbosity=1)
