#!/usr/bin/env python3
"""Writes a Hugging Face folder with random F16 weights in shards.

  random_checkpoint.py FOLDER [SHARDS]

The shape is Mistral-7B's (14.5 GB); the weights are Gaussian, cut at random
places out of a pool of a million. Needs nothing but Python.
"""
import json
import os
import random
import struct
import sys

HIDDEN, LAYERS, HEADS, KV_HEADS, FFN, VOCAB = 4096, 32, 32, 8, 14336, 32000
POOL = 1 << 20


def tensors():
    kv = HIDDEN // HEADS * KV_HEADS
    yield "model.embed_tokens.weight", [VOCAB, HIDDEN]
    for i in range(LAYERS):
        p = f"model.layers.{i}."
        yield p + "input_layernorm.weight", [HIDDEN]
        yield p + "mlp.down_proj.weight", [HIDDEN, FFN]
        yield p + "mlp.gate_proj.weight", [FFN, HIDDEN]
        yield p + "mlp.up_proj.weight", [FFN, HIDDEN]
        yield p + "post_attention_layernorm.weight", [HIDDEN]
        yield p + "self_attn.k_proj.weight", [kv, HIDDEN]
        yield p + "self_attn.o_proj.weight", [HIDDEN, HIDDEN]
        yield p + "self_attn.q_proj.weight", [HIDDEN, HIDDEN]
        yield p + "self_attn.v_proj.weight", [kv, HIDDEN]
    yield "model.norm.weight", [HIDDEN]
    yield "lm_head.weight", [VOCAB, HIDDEN]


def count(shape):
    product = 1
    for dimension in shape:
        product *= dimension
    return product


def write_shard(path, shard, pool, rng):
    header, offset = {}, 0
    for name, shape in shard:
        size = 2 * count(shape)
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in shard:
            left = 2 * count(shape)
            while left > 0:
                begin = 2 * rng.randrange(POOL)
                piece = pool[begin:begin + left]
                file.write(piece)
                left -= len(piece)


def main():
    folder, shards = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(1)
    values = [rng.gauss(0, 0.02) for _ in range(POOL)]
    pool = struct.pack(f"<{2 * POOL}e", *values, *values)
    everything = list(tensors())
    total = sum(count(shape) for _, shape in everything)
    parts = [[] for _ in range(shards)]
    done = 0
    for name, shape in everything:
        parts[min(shards - 1, done * shards // total)].append((name, shape))
        done += count(shape)
    weight_map = {}
    for i, part in enumerate(parts):
        file = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
        write_shard(os.path.join(folder, file), part, pool, rng)
        weight_map.update((name, file) for name, _ in part)
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {"total_size": 2 * total}, "weight_map": weight_map}, file)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS,
        "intermediate_size": FFN, "vocab_size": VOCAB, "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": False,
        "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "torch_dtype": "float16",
    }
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file)


main()
