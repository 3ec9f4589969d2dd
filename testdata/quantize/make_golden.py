#!/usr/bin/env python3
"""Makes the files in this folder with llama.cpp's tools.

usage: make_golden.py LLAMA_CPP_BIN BF16_GGUF F16_GGUF TEXT

Both GGUF files are the tiny model; TEXT is what importance is measured on.

Needs the standard library only.
"""

import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

F32, F16 = 0, 1
ALIGNMENT = 32
MIXES = ['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q4_K_S', 'Q4_K_M', 'Q5_K_S',
         'Q5_K_M', 'Q6_K', 'IQ4_NL']
K_MIXES = ['Q4_K_S', 'Q4_K_M', 'Q5_K_S', 'Q5_K_M', 'Q6_K']
CODES = {'F32': '3', 'F16': 'h', 'Q8_0': '8', 'Q4_0': '4', 'Q4_1': 'f',
         'Q5_0': '5', 'Q5_1': 'v', 'Q4_K': 'K', 'Q5_K': 'L', 'Q6_K': 'M',
         'IQ4_NL': 'n'}


def gguf_string(text):
  data = text.encode()
  return struct.pack('<Q', len(data)) + data


def gguf_value(value):
  if isinstance(value, str):
    return struct.pack('<I', 8) + gguf_string(value)
  if isinstance(value, float):
    return struct.pack('<If', 6, value)
  if isinstance(value, list):
    return struct.pack('<IIQ', 9, 8, len(value)) + b''.join(
        gguf_string(text) for text in value)
  return struct.pack('<II', 4, value)


def write_gguf(path, metadata, tensors):
  """tensors: (name, type, shape outermost first, bytes or None for zeros)."""
  header = b'GGUF' + struct.pack('<IQQ', 3, len(tensors), len(metadata))
  for key, value in metadata.items():
    header += gguf_string(key) + gguf_value(value)
  offset, offsets = 0, []
  for name, kind, shape, _ in tensors:
    size = 4 if kind == F32 else 2
    for dimension in shape:
      size *= dimension
    header += gguf_string(name) + struct.pack('<I', len(shape))
    header += b''.join(struct.pack('<Q', d) for d in reversed(shape))
    header += struct.pack('<IQ', kind, offset)
    offsets.append(offset)
    offset += -(-size // ALIGNMENT) * ALIGNMENT
  start = -(-len(header) // ALIGNMENT) * ALIGNMENT
  with open(path, 'wb') as file:
    file.write(header)
    for (_, _, _, data), at in zip(tensors, offsets):
      if data is not None:
        file.seek(start + at)
        file.write(data)
    file.truncate(start + offset)


class Gguf:
  """Names, types and bytes of the tensors of a file."""

  SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

  def __init__(self, path):
    with open(path, 'rb') as file:
      self.data = file.read()
    self.at = 8
    tensors, entries = self.read('<QQ')
    for _ in range(entries):
      self.text()
      self.skip(self.read('<I')[0])
    infos = []
    for _ in range(tensors):
      name = self.text()
      ne = [self.read('<Q')[0] for _ in range(self.read('<I')[0])]
      infos.append((name, ne) + self.read('<IQ'))
    start = -(-self.at // ALIGNMENT) * ALIGNMENT
    ends = sorted([info[3] for info in infos] + [len(self.data) - start])
    self.tensors = []
    for name, ne, kind, offset in infos:
      end = ends[ends.index(offset) + 1]
      self.tensors.append((name, ne, kind, self.data[start + offset:start + end]))

  def read(self, form):
    values = struct.unpack_from(form, self.data, self.at)
    self.at += struct.calcsize(form)
    return values

  def text(self):
    size, = self.read('<Q')
    self.at += size
    return self.data[self.at - size:self.at].decode()

  def skip(self, kind):
    if kind == 8:
      self.text()
    elif kind == 9:
      element, count = self.read('<IQ')
      for _ in range(count):
        self.skip(element)
    else:
      self.at += self.SIZES[kind]


GGML = {0: ('F32', 1, 4), 1: ('F16', 1, 2), 2: ('Q4_0', 32, 18),
        3: ('Q4_1', 32, 20), 6: ('Q5_0', 32, 22), 7: ('Q5_1', 32, 24),
        8: ('Q8_0', 32, 34), 12: ('Q4_K', 256, 144), 13: ('Q5_K', 256, 176),
        14: ('Q6_K', 256, 210), 20: ('IQ4_NL', 32, 18)}


def hashes(path):
  """Lines "NAME TYPE SHA256" of all tensors."""
  lines = {}
  for name, ne, kind, data in Gguf(path).tensors:
    type_name, block, size = GGML[kind]
    count = 1
    for dimension in ne:
      count *= dimension
    data = data[:count // block * size]
    lines[name] = '%s %s' % (type_name, hashlib.sha256(data).hexdigest())
  return lines


class Tools:

  def __init__(self, folder):
    self.folder = folder

  def run(self, tool, *arguments, cwd=None):
    result = subprocess.run(
        [os.path.join(self.folder, tool)] + list(arguments),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        cwd=cwd, env=dict(os.environ, LD_LIBRARY_PATH=self.folder))
    text = result.stdout.decode()
    if result.returncode != 0:
      raise RuntimeError(text)
    return text

  def dry_run(self, path, mix, options):
    """Types by name."""
    text = self.run('llama-quantize', '--dry-run', *options, path, mix)
    types = {}
    for line in text.splitlines():
      found = re.match(r'\[ *\d+/ *\d+\] +(\S+) +- \[.*\], type = +(\w+),(.*)',
                       line)
      if found:
        new = re.search(r'\((\w+)\)', found[3])
        types[found[1]] = (new[1] if new else found[2]).upper()
    return types


def layer_tensors(hidden, ffn, kv):
  return [['attn_norm.weight', [hidden]], ['attn_q.weight', [hidden, hidden]],
          ['attn_k.weight', [kv, hidden]], ['attn_v.weight', [kv, hidden]],
          ['attn_output.weight', [hidden, hidden]], ['ffn_norm.weight', [hidden]],
          ['ffn_gate.weight', [ffn, hidden]], ['ffn_up.weight', [ffn, hidden]],
          ['ffn_down.weight', [hidden, ffn]]]


def expert_tensors(hidden, ffn, kv, experts, shared):
  tensors = layer_tensors(hidden, ffn, kv)[:6] + [
      ['ffn_gate_inp.weight', [experts, hidden]],
      ['ffn_gate_exps.weight', [experts, ffn, hidden]],
      ['ffn_up_exps.weight', [experts, ffn, hidden]],
      ['ffn_down_exps.weight', [experts, hidden, ffn]]]
  if shared:
    tensors += [['ffn_gate_inp_shexp.weight', [1, hidden]],
                ['ffn_gate_shexp.weight', [ffn, hidden]],
                ['ffn_up_shexp.weight', [ffn, hidden]],
                ['ffn_down_shexp.weight', [hidden, ffn]]]
  return tensors


def fused_tensors(hidden, ffn):
  return [['attn_norm.weight', [hidden]],
          ['attn_qkv.weight', [3 * hidden, hidden]],
          ['attn_output.weight', [hidden, hidden]],
          ['ffn_up.weight', [2 * ffn, hidden]],
          ['ffn_down.weight', [hidden, ffn]]]


def model(name, architecture, layers, heads, kv_heads, per_layer, hidden=256,
          experts=0, tied=False, mixes=None, more=()):
  outside = [['token_embd.weight', [64, hidden]],
             ['output_norm.weight', [hidden]]]
  if not tied:
    outside.append(['output.weight', [64, hidden]])
  return dict(name=name, architecture=architecture, layers=layers,
              heads=heads, kv_heads=kv_heads, experts=experts, hidden=hidden,
              outside=outside + list(more), per_layer=per_layer,
              mixes=mixes or MIXES)


def models():
  odd = [[name, shape] for name, shape in layer_tensors(256, 100, 256)]
  delicate = [[name, [64, 256]] for name in (
      'position_embd.weight', 'token_types.weight', 'enc.attn_rel_b.weight',
      'a.ssm_conv1d.weight', 'a.shortconv.conv.weight', 'altup_proj.weight',
      'laurel_l.weight', 'per_layer_model_proj.weight', 'b.time_mix_w1.weight',
      'b.time_mix_lerp_fused.weight', 'b.time_mix_key.weight', 'v.patch_embd.weight',
      'per_layer_token_embd.weight', 'cls.weight', 'a.indexer.k_proj.weight',
      'ffn_gate_tid2eid.weight', 'q_norm.weight', 'some.bias')]
  return [
      model('32 layers', 'llama', 32, 8, 8, layer_tensors(256, 512, 256)),
      model('tied, 4 queries per key', 'llama', 16, 8, 2,
            layer_tensors(256, 512, 64), tied=True),
      model('70B', 'llama', 80, 8, 1, layer_tensors(256, 512, 32)),
      model('65B', 'llama', 80, 8, 8, layer_tensors(256, 512, 256)),
      model('qwen2 of 80 layers', 'qwen2', 80, 8, 8,
            layer_tensors(256, 512, 256)),
      model('8 experts', 'llama', 16, 8, 2,
            expert_tensors(256, 512, 64, 8, False), experts=8),
      model('60 experts and shared ones', 'qwen2moe', 24, 8, 8,
            expert_tensors(256, 256, 256, 60, True), experts=60),
      model('rows of 96 and 160', 'llama', 16, 3, 3,
            layer_tensors(96, 160, 96), hidden=96),
      model('rows of 96, tied', 'llama', 4, 3, 3,
            layer_tensors(96, 160, 96), hidden=96, tied=True),
      model('rows of 100', 'llama', 8, 8, 8, odd, mixes=K_MIXES),
      model('fused attention', 'phi3', 24, 8, 8, fused_tensors(256, 512)),
      model('falcon', 'falcon', 32, 8, 1, fused_tensors(256, 1024)),
      model('never quantized', 'llama', 1, 8, 8, layer_tensors(256, 512, 256),
            more=delicate),
  ]


def write_model(path, spec):
  a = spec['architecture']
  metadata = {
      'general.architecture': a,
      a + '.context_length': 512,
      a + '.embedding_length': spec['hidden'],
      a + '.block_count': spec['layers'],
      a + '.feed_forward_length': 512,
      a + '.attention.head_count': spec['heads'],
      a + '.attention.head_count_kv': spec['kv_heads'],
      a + '.attention.layer_norm_rms_epsilon': 1e-5,
      a + '.attention.layer_norm_epsilon': 1e-5,
      a + '.rope.dimension_count': spec['hidden'] // spec['heads'],
      'tokenizer.ggml.model': 'none',
      a + '.vocab_size': 64,
  }
  if spec['experts']:
    metadata[a + '.expert_count'] = spec['experts']
    metadata[a + '.expert_used_count'] = 2
  tensors = [(name, F32 if len(shape) == 1 else F16, shape, None)
             for name, shape in names_of(spec)]
  write_gguf(path, metadata, tensors)


def names_of(spec):
  names = list(spec['outside'])
  for layer in range(spec['layers']):
    names += [['blk.%d.%s' % (layer, name), shape]
              for name, shape in spec['per_layer']]
  return names


def make_types(tools, folder):
  """types.json: what --dry-run says about models of many shapes."""
  imatrix = os.path.join(folder, 'some.dat')
  with open(imatrix, 'wb') as file:
    file.write(struct.pack('<iiciif', 1, 1, b'x', 1, 1, 1.0))
  path = os.path.join(folder, 'model.gguf')
  result = []
  for spec in models():
    write_model(path, spec)
    names = [name for name, _ in names_of(spec)]
    spec['types'] = {}
    for mix in spec.pop('mixes'):
      for suffix, options in (('', []), ('+imatrix', ['--imatrix', imatrix])):
        types = tools.dry_run(path, mix, options)
        assert len(types) == len(names), (len(types), len(names))
        spec['types'][mix + suffix] = ''.join(CODES[types[n]] for n in names)
    result.append(spec)
  return dict(codes={code: name for name, code in CODES.items()}, models=result)


# The same numbers as in tests/e2e/mixes_test.cc.
def random_floats(count, seed):
  values, state = [], seed
  for _ in range(count):
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    values.append(((state >> 40) - 2**23) / 2**26)
  return values


EXPERTS, HIDDEN, FFN = 3, 256, 256
EXPERT_TENSORS = [
    ('token_embd.weight', [32, HIDDEN]),
    ('output.weight', [32, HIDDEN]),
    ('blk.0.attn_v.weight', [64, HIDDEN]),
    ('blk.0.ffn_gate_inp.weight', [EXPERTS, HIDDEN]),
    ('blk.0.ffn_up_exps.weight', [EXPERTS, 16, HIDDEN]),
    ('blk.0.ffn_down_exps.weight', [EXPERTS, 16, FFN]),
]


def make_experts(tools, folder):
  """experts.imatrix.gguf, and the hashes of a small model of 3 experts."""
  metadata = {
      'general.architecture': 'llama', 'llama.context_length': 64,
      'llama.embedding_length': HIDDEN, 'llama.block_count': 1,
      'llama.feed_forward_length': FFN, 'llama.attention.head_count': 4,
      'llama.attention.head_count_kv': 1, 'llama.vocab_size': 32,
      'llama.attention.layer_norm_rms_epsilon': 1e-5,
      'llama.rope.dimension_count': 64, 'llama.expert_count': EXPERTS,
      'llama.expert_used_count': 1, 'tokenizer.ggml.model': 'none',
  }
  path = os.path.join(folder, 'experts.gguf')
  tensors = []
  for seed, (name, shape) in enumerate(EXPERT_TENSORS):
    count = 1
    for dimension in shape:
      count *= dimension
    tensors.append((name, F32, shape, struct.pack(
        '<%df' % count, *random_floats(count, seed + 1))))
  write_gguf(path, metadata, tensors)
  # The second expert saw no token; the embedding's entry does not fit.
  entries = [('blk.0.attn_v.weight', 1, HIDDEN, [512.0]),
             ('blk.0.ffn_up_exps.weight', EXPERTS, HIDDEN, [200.0, 0.0, 312.0]),
             ('token_embd.weight', 1, 32, [7.0])]
  sums = []
  for seed, (name, rows, columns, counts) in enumerate(entries):
    values = [abs(v) * 4096 for v in random_floats(rows * columns, seed + 100)]
    sums.append((name + '.in_sum2', F32, [rows, columns], struct.pack(
        '<%df' % len(values), *values)))
    sums.append((name + '.counts', F32, [rows, 1], struct.pack(
        '<%df' % rows, *counts)))
  write_gguf('experts.imatrix.gguf', {
      'general.type': 'imatrix', 'imatrix.datasets': ['random'],
      'imatrix.chunk_count': 1, 'imatrix.chunk_size': 512}, sums)
  out = os.path.join(folder, 'out.gguf')
  result = {}
  for mix in ('Q4_0', 'Q4_K_M', 'IQ4_NL'):
    tools.run('llama-quantize', '--imatrix', 'experts.imatrix.gguf', path, out,
              mix, '1')
    result[mix] = hashes(out)
  return result


def make_blocks(tools, bf16, f16, text, folder):
  """Importance matrices, and the hashes of the tiny model in all mixes."""
  for name, form in (('tiny.imatrix.gguf', 'gguf'), ('tiny.imatrix.dat', 'dat')):
    # The matrix holds the name of the text; without its folder, please.
    tools.run('llama-imatrix', '-m', os.path.abspath(f16), '-f',
              os.path.basename(text), '-o', os.path.abspath(name), '-t', '1',
              '--output-format', form, cwd=os.path.dirname(text) or None)
  out = os.path.join(folder, 'out.gguf')
  runs = [('', []), ('+gguf', ['--imatrix', 'tiny.imatrix.gguf']),
          ('+dat', ['--imatrix', 'tiny.imatrix.dat'])]
  result = {}
  for mix in MIXES:
    for suffix, options in runs:
      tools.run('llama-quantize', *options, bf16, out, mix, '1')
      result[mix + suffix] = hashes(out)
  overrides = {
      'pure': ['--pure'],
      'types': ['--output-tensor-type', 'q8_0', '--token-embedding-type', 'q5_1'],
      'rules': ['--tensor-type', 'attn_[QK]=q8_0', '--tensor-type',
                r'blk\.[01]\..*=iq4_nl', '--tensor-type', 'ffn=q5_0',
                '--output-tensor-type', 'q5_K'],
  }
  for name, options in overrides.items():
    tools.run('llama-quantize', *options, bf16, out, 'Q4_K_M', '1')
    result['Q4_K_M ' + name] = hashes(out)
  return result


def dump(path, value):
  with open(path, 'w') as file:
    json.dump(value, file, indent=0, sort_keys=True)
    file.write('\n')


def main():
  tools = Tools(os.path.abspath(sys.argv[1]))
  with tempfile.TemporaryDirectory() as folder:
    dump('blocks.json', make_blocks(tools, *sys.argv[2:5], folder))
    dump('experts.json', make_experts(tools, folder))
    dump('types.json', make_types(tools, folder))


if __name__ == '__main__':
  main()
