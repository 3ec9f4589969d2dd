#!/usr/bin/env python3
"""Writes the folders of models that are near relatives of others: gemma, olmo, command-r, gptneox, stablelm-parallel.

usage: make_relatives.py    in testdata/arch

Random weights, and exact.json and exact.bin by a float64 forward pass that reads nothing but the configuration and the tensors,
as Hugging Face defines the model. Needs nothing but Python."""
import json, math, os, random, struct
from operator import mul

VOCAB, HIDDEN, LAYERS, INNER = 256, 32, 2, 48
PROMPTS, ROWS, GREEDY = (20, 9), 6, 12


def bf16(x):
    """x rounded to bfloat16."""
    bits = struct.unpack("<I", struct.pack("<f", x))[0]
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000
    return struct.unpack("<f", struct.pack("<I", bits))[0]


class Weights:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tensors = {}

    def matrix(self, name, rows, columns, gain=1.0):
        scale = gain / math.sqrt(columns)
        self.tensors[name] = [[bf16(self.random.gauss(0, scale)) for _ in range(columns)] for _ in range(rows)]

    def vector(self, name, size, mean, spread):
        self.tensors[name] = [bf16(self.random.gauss(mean, spread)) for _ in range(size)]

    def norm(self, name, size, mean=1.0, bias=False):
        self.vector(name + ".weight", size, mean, 0.2)
        if bias:
            self.vector(name + ".bias", size, 0.0, 0.2)

    def linear(self, name, rows, columns, bias=False, gain=1.0):
        self.matrix(name + ".weight", rows, columns, gain)
        if bias:
            self.vector(name + ".bias", rows, 0.0, 0.3)

    def write(self, path):
        header, data = {}, b""
        for name, values in self.tensors.items():
            rows = values if isinstance(values[0], list) else [values]
            shape = [len(rows), len(rows[0])] if isinstance(values[0], list) else [len(values)]
            part = b"".join(struct.pack("<f", x)[2:] for row in rows for x in row)
            header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
            data += part
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as f:
            f.write(struct.pack("<Q", len(text)) + text + data)


def dot(a, b):
    return sum(map(mul, a, b))


def rms_norm(x, weight, eps):
    scale = 1 / math.sqrt(dot(x, x) / len(x) + eps)
    return [v * scale * w for v, w in zip(x, weight)]


def layer_norm(x, eps, weight=None, bias=None):
    mean = sum(x) / len(x)
    y = [v - mean for v in x]
    scale = 1 / math.sqrt(dot(y, y) / len(y) + eps)
    y = [v * scale for v in y]
    if weight:
        y = [v * w for v, w in zip(y, weight)]
    return [v + b for v, b in zip(y, bias)] if bias else y


def silu(x):
    return x / (1 + math.exp(-x))


def gelu(x):
    return x / 2 * math.erfc(-x / math.sqrt(2))


def gelu_tanh(x):
    return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def rotate(head, position, rotated, base, adjacent):
    out = list(head)
    for i in range(rotated // 2):
        a, b = (2 * i, 2 * i + 1) if adjacent else (i, i + rotated // 2)
        angle = position * base ** (-2 * i / rotated)
        c, s = math.cos(angle), math.sin(angle)
        out[a], out[b] = head[a] * c - head[b] * s, head[a] * s + head[b] * c
    return out


class Model:
    """The parts that all of them share; a subclass has the configuration, the tensors and what is particular."""
    heads, kv_heads, head_dim, rotated, adjacent = 4, 2, 8, 8, False
    parallel, tied, prefix = False, True, "model.layers."
    embedding, output, activation = "model.embed_tokens", "lm_head", staticmethod(silu)

    def linear(self, name, x):
        y = [dot(row, x) for row in self.w[name + ".weight"]]
        bias = self.w.get(name + ".bias")
        return [v + b for v, b in zip(y, bias)] if bias else y

    def attention_inputs(self, p, x):
        """Heads of queries, keys and values."""
        def heads(y):
            return [y[i:i + self.head_dim] for i in range(0, len(y), self.head_dim)]
        return [heads(self.linear(p + f"self_attn.{n}_proj", x)) for n in "qkv"]

    def attention_output(self, p, x):
        return self.linear(p + "self_attn.o_proj", x)

    def attention(self, p, x, cache, position):
        q, k, v = self.attention_inputs(p, x)
        q, k = ([rotate(h, position, self.rotated, 10000.0, self.adjacent) for h in y] for y in (q, k))
        cache.append((k, v))
        out = []
        for i, head in enumerate(q):
            j = i * self.kv_heads // self.heads
            scores = [dot(head, keys[j]) / math.sqrt(self.head_dim) for keys, _ in cache]
            weights = [math.exp(s - max(scores)) for s in scores]
            total = sum(weights)
            out += [sum(w * values[j][d] for w, (_, values) in zip(weights, cache)) / total for d in range(self.head_dim)]
        return self.attention_output(p, out)

    def feed_forward(self, p, x):
        gate, up = self.linear(p + "mlp.gate_proj", x), self.linear(p + "mlp.up_proj", x)
        return self.linear(p + "mlp.down_proj", [self.activation(g) * u for g, u in zip(gate, up)])

    def norms(self, p):
        """The names of the two norms of a layer."""
        return p + "input_layernorm", p + "post_attention_layernorm"

    def embed(self, token):
        return list(self.w[self.embedding + ".weight"][token])

    def logits(self, x):
        return self.linear(self.embedding if self.tied else self.output, x)

    def token(self, token, position, caches):
        x = self.embed(token)
        for i in range(LAYERS):
            p = f"{self.prefix}{i}."
            before, between = self.norms(p)
            a = self.attention(p, self.norm(x, before), caches[i], position)
            middle = [u + v for u, v in zip(x, a)]
            f = self.feed_forward(p, self.norm(x if self.parallel else middle, between))
            x = [u + v for u, v in zip(middle, f)]
        return self.logits(self.norm(x, self.last_norm))

    def gated_layer(self, p, norm):
        w, n = self.weights, self.head_dim
        for name, heads in (("q", self.heads), ("k", self.kv_heads), ("v", self.kv_heads)):
            w.linear(p + f"self_attn.{name}_proj", heads * n, HIDDEN, gain=1.5)
        w.linear(p + "self_attn.o_proj", HIDDEN, self.heads * n)
        for name, rows, columns in (("gate", INNER, HIDDEN), ("up", INNER, HIDDEN), ("down", HIDDEN, INNER)):
            w.linear(p + f"mlp.{name}_proj", rows, columns)
        norm(p)

    def __init__(self, seed):
        self.weights = Weights(seed)
        self.w = self.weights.tensors
        self.weights.matrix(self.embedding + ".weight", VOCAB, HIDDEN, 3.0)
        for i in range(LAYERS):
            self.make_layer(f"{self.prefix}{i}.")
        if not self.tied:
            self.weights.matrix(self.output + ".weight", VOCAB, HIDDEN, 2.5)
        self.make_last()
        self.config = dict(vocab_size=VOCAB, hidden_size=HIDDEN, num_hidden_layers=LAYERS, intermediate_size=INNER,
                           num_attention_heads=self.heads, max_position_embeddings=128, torch_dtype="bfloat16",
                           tie_word_embeddings=self.tied, bos_token_id=2, eos_token_id=1, **self.own_config())


class Gemma(Model):
    last_norm, activation = "model.norm", staticmethod(gelu_tanh)

    def norm(self, x, name):
        return rms_norm(x, [1 + w for w in self.w[name + ".weight"]], 1e-3)

    def embed(self, token):
        return [v * math.sqrt(HIDDEN) for v in super().embed(token)]

    def make_layer(self, p):
        self.gated_layer(p, lambda p: [self.weights.norm(n, HIDDEN, 0.0) for n in self.norms(p)])

    def make_last(self):
        self.weights.norm("model.norm", HIDDEN, 0.0)

    def own_config(self):
        return dict(architectures=["GemmaForCausalLM"], model_type="gemma", head_dim=self.head_dim, num_key_value_heads=self.kv_heads,
                    rms_norm_eps=1e-3, rope_theta=10000.0, hidden_act="gelu", hidden_activation="gelu_pytorch_tanh")


class Olmo(Model):
    last_norm, tied, clip = None, False, 1.0

    def norm(self, x, name):
        return layer_norm(x, 1e-5)

    def attention_inputs(self, p, x):
        return [[[min(max(v, -self.clip), self.clip) for v in h] for h in y] for y in super().attention_inputs(p, x)]

    def make_layer(self, p):
        self.gated_layer(p, lambda p: None)

    def make_last(self):
        pass

    def own_config(self):
        return dict(architectures=["OlmoForCausalLM"], model_type="olmo", num_key_value_heads=self.kv_heads, clip_qkv=self.clip,
                    rope_theta=10000.0, hidden_act="silu", attention_bias=False)


class CommandR(Model):
    last_norm, parallel, adjacent = "model.norm", True, True

    def norm(self, x, name):
        return layer_norm(x, 1e-3, self.w[name + ".weight"])

    def norms(self, p):
        return p + "input_layernorm", p + "input_layernorm"

    def attention_inputs(self, p, x):
        q, k, v = super().attention_inputs(p, x)
        q, k = ([layer_norm(h, 1e-3, w) for h, w in zip(y, self.w[p + f"self_attn.{n}_norm.weight"])] for n, y in (("q", q), ("k", k)))
        return q, k, v

    def logits(self, x):
        return [0.25 * v for v in super().logits(x)]

    def make_layer(self, p):
        def norm(p):
            self.weights.norm(p + "input_layernorm", HIDDEN)
            for n, heads in (("q", self.heads), ("k", self.kv_heads)):
                self.w[p + f"self_attn.{n}_norm.weight"] = [
                    [bf16(self.weights.random.gauss(1.0, 0.3)) for _ in range(self.head_dim)] for _ in range(heads)]
        self.gated_layer(p, norm)

    def make_last(self):
        self.weights.norm("model.norm", HIDDEN)

    def own_config(self):
        return dict(architectures=["CohereForCausalLM"], model_type="cohere", num_key_value_heads=self.kv_heads, use_qk_norm=True,
                    layer_norm_eps=1e-3, logit_scale=0.25, rope_theta=10000.0, hidden_act="silu", attention_bias=False)


class GptNeoX(Model):
    kv_heads, rotated, parallel, tied = 4, 2, True, False
    prefix, embedding, output, last_norm = "gpt_neox.layers.", "gpt_neox.embed_in", "embed_out", "gpt_neox.final_layer_norm"

    def norm(self, x, name):
        return layer_norm(x, 1e-3, self.w[name + ".weight"], self.w[name + ".bias"])

    def attention_inputs(self, p, x):
        y, n = self.linear(p + "attention.query_key_value", x), self.head_dim
        return [[y[(3 * h + part) * n:(3 * h + part + 1) * n] for h in range(self.heads)] for part in range(3)]

    def attention_output(self, p, x):
        return self.linear(p + "attention.dense", x)

    def feed_forward(self, p, x):
        return self.linear(p + "mlp.dense_4h_to_h", [gelu(v) for v in self.linear(p + "mlp.dense_h_to_4h", x)])

    def make_layer(self, p):
        w = self.weights
        for name in self.norms(p):
            w.norm(name, HIDDEN, bias=True)
        w.linear(p + "attention.query_key_value", 3 * HIDDEN, HIDDEN, True, 1.5)
        w.linear(p + "attention.dense", HIDDEN, HIDDEN, True)
        w.linear(p + "mlp.dense_h_to_4h", INNER, HIDDEN, True)
        w.linear(p + "mlp.dense_4h_to_h", HIDDEN, INNER, True)

    def make_last(self):
        self.weights.norm(self.last_norm, HIDDEN, bias=True)

    def own_config(self):
        return dict(architectures=["GPTNeoXForCausalLM"], model_type="gpt_neox", layer_norm_eps=1e-3, rotary_pct=0.25,
                    rotary_emb_base=10000, hidden_act="gelu", use_parallel_residual=True, attention_bias=True)


class StableLm(Model):
    rotated, parallel, tied, last_norm = 4, True, False, "model.norm"

    def norm(self, x, name):
        return layer_norm(x, 1e-3, self.w[name + ".weight"], self.w[name + ".bias"])

    def norms(self, p):
        return p + "input_layernorm", p + "input_layernorm"

    def attention_inputs(self, p, x):
        q, k, v = super().attention_inputs(p, x)
        q, k = ([layer_norm(h, 1e-3, self.w[p + f"self_attn.{n}_layernorm.norms.{i}.weight"]) for i, h in enumerate(y)]
                for n, y in (("q", q), ("k", k)))
        return q, k, v

    def make_layer(self, p):
        def norm(p):
            self.weights.norm(p + "input_layernorm", HIDDEN, bias=True)
            for n, heads in (("q", self.heads), ("k", self.kv_heads)):
                for i in range(heads):
                    self.weights.norm(p + f"self_attn.{n}_layernorm.norms.{i}", self.head_dim)
        self.gated_layer(p, norm)

    def make_last(self):
        self.weights.norm("model.norm", HIDDEN, bias=True)

    def own_config(self):
        return dict(architectures=["StableLmForCausalLM"], model_type="stablelm", num_key_value_heads=self.kv_heads, layer_norm_eps=1e-3,
                    rope_theta=10000.0, partial_rotary_factor=0.5, hidden_act="silu", use_qkv_bias=False, qk_layernorm=True,
                    use_parallel_residual=True)


def prompt(model, ids, first_row):
    """A prompt of exact.json, and its rows of exact.bin."""
    caches, rows, greedy, margins = [[] for _ in range(LAYERS)], [], [], []
    for position, token in enumerate(ids):
        last = model.token(token, position, caches)
        rows.append(last)
    for step in range(GREEDY):
        best = sorted(range(VOCAB), key=lambda i: -last[i])[:2]
        greedy.append(best[0])
        margins.append(round(last[best[0]] - last[best[1]], 5))
        last = model.token(best[0], len(ids) + step, caches)
    positions = list(range(len(ids) - ROWS, len(ids)))
    return dict(ids=ids, first_row=first_row, positions=positions, greedy_ids=greedy, greedy_margins=margins), rows[-ROWS:]


def main():
    models = {"gemma": (Gemma, 1), "olmo": (Olmo, 2), "command-r": (CommandR, 3), "gptneox": (GptNeoX, 4), "stablelm-parallel": (StableLm, 5)}
    for name, (kind, seed) in models.items():
        model = kind(seed)
        os.makedirs(f"{name}/hf", exist_ok=True)
        model.weights.write(f"{name}/hf/model.safetensors")
        with open(f"{name}/hf/config.json", "w") as f:
            json.dump(model.config, f, indent=1, sort_keys=True)
            f.write("\n")
        draw, prompts, rows = random.Random(100 + seed), [], []
        for size in PROMPTS:
            one, some = prompt(model, [draw.randrange(VOCAB) for _ in range(size)], len(rows))
            prompts.append(one)
            rows += some
        with open(f"{name}/exact.bin", "wb") as f:
            for row in rows:
                f.write(struct.pack(f"<{VOCAB}f", *row))
        with open(f"{name}/exact.json", "w") as f:
            json.dump(dict(model=name, n_vocab=VOCAB, reference="make_relatives.py, float64", prompts=prompts), f)
            f.write("\n")
        flat = [v for row in rows for v in row]
        print(name, "logit rms", round(math.sqrt(dot(flat, flat) / len(flat)), 2), "smallest margin",
              min(m for p in prompts for m in p["greedy_margins"]))


if __name__ == "__main__":
    main()
