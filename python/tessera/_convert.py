"""Conversions."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Optional, Union

from tessera import _tessera

Path = Union[str, os.PathLike[str]]


def convert(
    input: Path,
    output: Path,
    *,
    progress: Optional[Callable[[int, int, str], Optional[bool]]] = None,
    **flags: Any,
) -> dict[str, Any]:
    """Converts `input` (a .gguf, .safetensors, index, Hugging Face folder or
    .arena) to `output` (an .arena or a .gguf), as `convert` does.

    The keywords are its flags: quantize="Q4_K_M", layout="rowmajor",
    imatrix="model.imatrix", target_bpw=4.8, overwrite=True, dry_run=True, ...
    True and False are a flag and its negation, and a list is the values of a
    flag that takes several. Returns what `convert --json` prints.

    `progress` is called with the bytes that are done, those to do in all, and
    the tensor at hand; it returns False to cancel, which raises CancelledError.
    After that, or after Ctrl-C, nothing exists under the name of the output.

    ValueError for flags that cannot be meant, FileExistsError without
    overwrite, and the errors of open().

    >>> import tessera
    >>> summary = tessera.convert(
    ...     "testdata/tiny", TEMP + "/tiny.arena", quantize="Q8_0", threads=1)
    >>> sorted(summary)[:3]
    ['bytes_per_second', 'dry_run', 'input']
    """
    arguments = []
    for name, value in flags.items():
        arguments.extend(_flag(name, value))
    arguments += ["--", os.fspath(input), os.fspath(output)]
    return json.loads(_tessera._convert(arguments, progress))


def _flag(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if value is True or value is False:
        return [f"--{name}" if value else f"--no{name}"]
    if isinstance(value, (list, tuple)):
        value = ",".join(str(item) for item in value)
    elif hasattr(value, "__fspath__"):
        value = os.fspath(value)
    return [f"--{name}={value}"]
