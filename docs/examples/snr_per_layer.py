#!/usr/bin/env python3
"""What quantization has cost, layer by layer.

  snr_per_layer.py QUANTIZED.arena EXACT.arena PICTURE.png

Draws the signal-to-noise ratio of the tensors of an arena that was quantized
when it was made, generates with it, and compares its logits with those of
another arena of the same model.
"""

import os
import re
import sys
from collections import defaultdict

import matplotlib
import numpy as np

import tessera

matplotlib.use("Agg")  # no window
import matplotlib.pyplot as plt  # noqa: E402

PROMPT = "There once was a curious bear called Bruno."


def snr_by_kind(path):
    """{"attn_q": [(layer, decibels), ...], ...}"""
    kinds = defaultdict(list)
    with tessera.open(path) as weights:
        for tensor in weights.tensors.values():
            layer = re.fullmatch(r"blk\.(\d+)\.(.+)\.weight", tensor.name)
            # Infinite: nothing was lost.
            if layer and tensor.snr is not None and np.isfinite(tensor.snr):
                kinds[layer[2]].append((int(layer[1]), tensor.snr))
    return kinds


def draw(kinds, title, picture):
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for kind, points in sorted(kinds.items()):
        layers, decibels = zip(*sorted(points))
        axes.plot(layers, decibels, marker="o", label=kind)
    axes.set(title=title, xlabel="layer", ylabel="signal-to-noise ratio, dB")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(picture, dpi=150)


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    quantized, exact, picture = sys.argv[1:]
    kinds = snr_by_kind(quantized)
    if not kinds:
        sys.exit(f"{quantized}: no tensor was quantized when it was made")
    draw(kinds, os.path.basename(quantized), picture)
    print(f"drew {picture}")

    with tessera.Model(quantized) as model:
        story = model.generate(PROMPT, n_predict=40, temperature=0)
        print(PROMPT + story.text)
        ids = model.tokenizer.encode(PROMPT) + story.ids
        model.reset()
        mine = model.logits(ids)
    with tessera.Model(exact) as model:
        reference = model.logits(ids)

    p, q = softmax(reference), softmax(mine)
    divergence = (p * (np.log(p) - np.log(q))).sum(axis=-1)
    same = (mine.argmax(axis=-1) == reference.argmax(axis=-1)).mean()
    print(f"mean KL divergence {divergence.mean():.5f}, same choice {same:.1%}")


if __name__ == "__main__":
    main()
