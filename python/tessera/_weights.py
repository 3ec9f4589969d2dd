"""Files of weights."""

from __future__ import annotations

import json
import os
from types import MappingProxyType, TracebackType
from typing import Any, Mapping, Optional, Union

from tessera import _tessera
from tessera._chat import ChatTemplate, template_of


class Weights:
    """An open file, or set of files, of weights. Made by open(). Thread-safe.

    >>> import tessera
    >>> weights = tessera.open("testdata/tiny/gguf/tiny-Q4_K_M.gguf")
    >>> weights.format, len(weights.tensors)
    ('gguf', 30)
    >>> tensor = weights.tensors["blk.0.attn_q.weight"]
    >>> tensor
    <tessera.Tensor 'blk.0.attn_q.weight' Q4_K (256, 256)>
    >>> tensor.dequantize().dtype
    dtype('float32')
    >>> weights.metadata["general.architecture"]
    'llama'
    >>> weights.config["hidden_size"]
    256
    >>> weights.close()
    """

    def __init__(
        self, path: Union[str, os.PathLike[str]], tensors_only: bool = False
    ) -> None:
        self._path = os.fspath(path)
        self._open: Optional[_tessera.Weights] = _tessera.Weights(
            self._path, tensors_only
        )
        self._tensors = MappingProxyType(
            {tensor.name: tensor for tensor in self._open.tensors()}
        )
        self._tokenizer: Optional[_tessera.Tokenizer] = None

    def _weights(self) -> _tessera.Weights:
        if self._open is None:
            raise ValueError(f"{self._path}: is closed")
        return self._open

    @property
    def path(self) -> str:
        """The path that was opened."""
        return self._path

    @property
    def format(self) -> str:
        """'gguf', 'safetensors', 'huggingface' (a folder) or 'arena'."""
        return self._weights().format

    @property
    def tensors(self) -> Mapping[str, _tessera.Tensor]:
        """The tensors by name, in the order of the file.

        Names are GGUF's, whatever the file; each tensor's source_name is what
        the file says.
        """
        self._weights()
        return self._tensors

    @property
    def metadata(self) -> dict[str, Any]:
        """Keys and values of a GGUF file, or of an arena that was made of one.

        Lists are whole, but those of the tokenizer are left out: it is there
        as `tokenizer`. {} of other files.
        """
        return self._weights().metadata()

    @property
    def config(self) -> Optional[dict[str, Any]]:
        """Hyper-parameters, under the names of config.json; None without a
        model."""
        text = self._weights().config_json()
        return None if text is None else json.loads(text)

    @property
    def notes(self) -> list[str]:
        """What is missing or not understood, in whole sentences."""
        return self._weights().notes()

    @property
    def tokenizer(self) -> Optional[_tessera.Tokenizer]:
        """The tokenizer, or None. UnsupportedError for one of a kind that this
        version does not know."""
        weights = self._weights()
        if self._tokenizer is None:
            self._tokenizer = weights.tokenizer()
        return self._tokenizer

    @property
    def chat_template(self) -> Optional[ChatTemplate]:
        """The chat template, or None."""
        return template_of(self.tokenizer)

    def close(self) -> None:
        """Lets go of the files. They stay mapped as long as a tensor or an
        array of them is alive, so none of these becomes invalid."""
        self._open = None
        self._tensors = MappingProxyType({})

    def __enter__(self) -> "Weights":
        self._weights()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._open is None:
            return f"<tessera.Weights {self._path!r}, closed>"
        return (
            f"<tessera.Weights {self._path!r}: {self.format}, "
            f"{len(self._tensors)} tensors>"
        )


def open(
    path: Union[str, os.PathLike[str]], *, tensors_only: bool = False
) -> Weights:
    """Opens a .gguf (any file of a split set), a .safetensors, a
    model.safetensors.index.json, a Hugging Face folder or an .arena.

    The files are mapped: no weight is read before it is asked for.

    With tensors_only=True tensors have the names and rows of the file, and
    nothing is understood as a model: needed for files that are none, such as
    adapters, and for views of the tensors of a Hugging Face model of which
    GGUF's order is another.

    FileNotFoundError and the like as the system says; ValueError for a file of
    another kind; DataLossError for a damaged one; UnsupportedError for one that
    this version cannot read.
    """
    return Weights(path, tensors_only)
