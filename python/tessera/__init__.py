"""Weights of language models: read, converted and run.

>>> import tessera
>>> with tessera.open("testdata/tiny/gguf/tiny-Q8_0.gguf") as weights:
...     norm = weights.tensors["output_norm.weight"].numpy()
>>> norm.shape
(256,)

open() reads arenas, GGUF, safetensors and Hugging Face folders; convert() makes
arenas of them; Model runs one. docs/python.md has examples of all.
"""

from tessera._chat import ChatTemplate
from tessera._convert import convert
from tessera._model import Generation, Model
from tessera._tessera import (
    CancelledError,
    DataLossError,
    Sequence,
    Tensor,
    Tokenizer,
    UnsupportedError,
    __version__,
)
from tessera._weights import Weights, open

__all__ = [
    "CancelledError",
    "ChatTemplate",
    "DataLossError",
    "Generation",
    "Model",
    "Sequence",
    "Tensor",
    "Tokenizer",
    "UnsupportedError",
    "Weights",
    "__version__",
    "convert",
    "open",
]
