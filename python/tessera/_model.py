"""Models at work."""

from __future__ import annotations

import json
import os
import queue
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import (
    Any,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Optional,
    Sequence as SequenceOf,
    Union,
)

import numpy as np
import numpy.typing as npt

from tessera import _tessera
from tessera._chat import ChatTemplate, template_of

Ids = Union[SequenceOf[int], npt.NDArray[np.integer[Any]]]


@dataclass(frozen=True)
class Generation:
    """What Model.generate made."""

    text: str
    #: Token ids, one that ended the text included.
    ids: list[int] = field(repr=False)
    #: "end_of_generation", "length", "context_full", "stopped" or "stop_text".
    stop: str
    #: With it, the same comes again.
    seed: int
    prompt_tokens: int
    prefill_seconds: float = field(repr=False)
    decode_seconds: float = field(repr=False)

    def __str__(self) -> str:
        return self.text


class Model:
    """A model that is run on the CPU: one sequence of tokens, and others beside
    it if wanted.

    `path` is an arena, or a GGUF file, a safetensors file or a Hugging Face
    folder. The latter are packed into an arena in the cache the first time, and
    the pack is mapped from then on (docs/cache.md): quantize, cache_dir and
    no_cache say how, as for `tessera run`. `progress` is called meanwhile as
    that of convert(), instead of telling it on stderr; it returns False to
    cancel. After that, or after Ctrl-C, no pack is left.

    The other keywords are the flags of `run`: threads (0: one per CPU),
    ctx_size (0: the model's own, 4096 at most), huge_pages, populate, verify,
    mlock, max_memory ("700MiB"), readers, numa; and sequences, the number of
    sequences that have room, the model's own too.

    One thread uses a model at a time; another one gets a RuntimeError. Python's
    other threads run meanwhile, and Ctrl-C ends a call.

    >>> import tessera
    >>> arena = ARENA
    >>> with tessera.Model(arena, threads=2) as model:
    ...     story = model.generate("There once was", n_predict=8, temperature=0)
    >>> story.stop, len(story.ids)
    ('length', 8)
    """

    def __init__(
        self,
        path: Union[str, os.PathLike[str]],
        *,
        threads: int = 0,
        ctx_size: int = 0,
        sequences: int = 1,
        quantize: str = "keep",
        cache_dir: Union[str, os.PathLike[str]] = "",
        no_cache: bool = False,
        progress: Optional[Callable[[int, int, str], Optional[bool]]] = None,
        **options: Any,
    ) -> None:
        settings = {
            "threads": threads,
            "ctx_size": ctx_size,
            "sequences": sequences,
            **options,
        }
        self._model = _tessera._Model(
            os.fspath(path),
            {key: _word(value) for key, value in settings.items()},
            quantize,
            os.fspath(cache_dir),
            no_cache,
            progress,
        )
        self._own = self._model.own_sequence()
        self._tokenizer: Optional[_tessera.Tokenizer] = None

    # ---- What it is ----

    @property
    def config(self) -> dict[str, Any]:
        """Hyper-parameters, under the names of config.json."""
        return json.loads(self._model.config_json())

    @property
    def info(self) -> dict[str, Any]:
        """path, ctx_size, vocab_size, hidden_size, threads, isa, memory_bytes
        (activations and key/value cache), weight_bytes_per_token."""
        return self._model.info()

    @property
    def tokenizer(self) -> Optional[_tessera.Tokenizer]:
        """The tokenizer, or None if the arena has none."""
        if self._tokenizer is None:
            self._tokenizer = self._model.tokenizer()
        return self._tokenizer

    @property
    def chat_template(self) -> Optional[ChatTemplate]:
        """The chat template, or None."""
        return template_of(self.tokenizer)

    # ---- Texts ----

    def generate(
        self,
        prompt: Union[str, Ids],
        *,
        n_predict: int = -1,
        temperature: float = 0.8,
        top_k: int = 40,
        top_p: float = 0.95,
        min_p: float = 0.05,
        repeat_penalty: float = 1.0,
        seed: int = -1,
        ignore_eos: bool = False,
        stop: Union[str, SequenceOf[str]] = (),
        repeat_last_n: int = 64,
        frequency_penalty: float = 0.0,
        presence_penalty: float = 0.0,
        dry_multiplier: float = 0.0,
        dry_base: float = 1.75,
        dry_allowed_length: int = 2,
        dry_penalty_last_n: int = -1,
        logit_bias: Optional[Mapping[int, float]] = None,
        on_text: Optional[Callable[[str], Optional[bool]]] = None,
    ) -> Generation:
        """Forgets the model's own sequence and continues `prompt`, a text or
        token ids, until the model ends its text, the context is full, or
        n_predict tokens are there.

        `on_text` is given the text as it comes, in whole characters, and
        returns False to end it. It may not use the model. The keywords are the
        flags of `run`; `stop` is a text, or several, at which it ends, and
        logit_bias={id: value} is added to logits. ValueError for values out of
        range, and a prompt that does not fit.
        """
        made = self._model.generate(
            self._prompt_ids(prompt),
            on_text,
            n_predict=n_predict,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            min_p=min_p,
            repeat_penalty=repeat_penalty,
            seed=seed,
            ignore_eos=ignore_eos,
            stop=[stop] if isinstance(stop, str) else list(stop),
            repeat_last_n=repeat_last_n,
            frequency_penalty=frequency_penalty,
            presence_penalty=presence_penalty,
            dry_multiplier=dry_multiplier,
            dry_base=dry_base,
            dry_allowed_length=dry_allowed_length,
            dry_penalty_last_n=dry_penalty_last_n,
            logit_bias=dict(logit_bias or {}),
        )
        return Generation(**made)

    def stream(
        self, prompt: Union[str, Ids], **options: Any
    ) -> Iterator[str]:
        """generate() as an iterator over the text as it comes.

        The model works in a thread of its own, and is free again once the
        iterator has ended, or was closed. The end of the program ends it.
        """
        pieces: queue.Queue[Any] = queue.Queue()
        wanted = threading.Event()
        wanted.set()
        reader = threading.current_thread()

        def is_read() -> bool:
            # At its end, Python waits for threads that are no daemons before
            # it closes iterators.
            return threading.main_thread().is_alive() or (
                reader.is_alive() and not reader.daemon
            )

        def give(text: str) -> bool:
            pieces.put(text)
            return wanted.is_set() and is_read()

        def work() -> None:
            try:
                self.generate(prompt, on_text=give, **options)
                pieces.put(None)
            except BaseException as error:  # given to who iterates
                pieces.put(error)

        # Python's end must not find it in C++, as it might a daemon.
        thread = threading.Thread(target=work, daemon=False)
        thread.start()
        try:
            while True:
                piece = pieces.get()
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
                reader = threading.current_thread()
        finally:
            wanted.clear()
            thread.join()

    def chat(
        self, messages: SequenceOf[Mapping[str, Any]], **options: Any
    ) -> Generation:
        """What the model answers to a conversation: dicts with "role" and
        "content".

        Options are those of generate(). ValueError if the model has no chat
        template.
        """
        template = self.chat_template
        if template is None:
            raise ValueError(
                f"{self.info['path']}: the model has no chat template; "
                "use generate()"
            )
        return self.generate(template.encode(messages), **options)

    # ---- Numbers ----

    def forward(self, ids: Ids) -> npt.NDArray[np.float32]:
        """Appends token ids to the model's own sequence, and returns the logits
        after the last: [vocab]."""
        return self._own.forward(ids)

    def logits(self, ids: Ids) -> npt.NDArray[np.float32]:
        """The same, after each of them: [len(ids), vocab]."""
        return self._own.logits(ids)

    def embed(
        self, text: Union[str, Ids], *, pool: Optional[str] = "mean"
    ) -> npt.NDArray[np.float32]:
        """Forgets the model's own sequence, and returns what `text`, or token
        ids, looks like to the output matrix: the output of the last layer after
        the final norm.

        pool="mean": the mean over all tokens, [hidden_size]; "last": that of
        the last token; None: of each, [tokens, hidden_size].
        """
        if pool not in ("mean", "last", None):
            raise ValueError(f"pool is {pool!r}, expected 'mean', 'last' or None")
        ids = self._prompt_ids(text)
        self._own.reset()
        states = self._own.embed(ids)
        if pool == "mean":
            return states.mean(axis=0)
        return states[-1] if pool == "last" else states

    # ---- Sequences ----

    @property
    def own_sequence(self) -> _tessera.Sequence:
        """The sequence that the methods of the model use."""
        return self._own

    def sequence(self) -> _tessera.Sequence:
        """An empty sequence beside it; `sequences` says how many have room."""
        return self._model.new_sequence()

    def batch(
        self, steps: Iterable[tuple[Union[_tessera.Sequence, "Model"], Ids]]
    ) -> npt.NDArray[np.float32]:
        """Appends ids to several sequences in one pass over the weights, and
        returns the logits after the last id of each: [sequences, vocab].

        A model stands for its own sequence. TypeError, with the number of the
        step, for what is no pair of a sequence and ids.
        """
        return self._model.forward_batch(
            [_step(number, step) for number, step in enumerate(steps)]
        )

    @property
    def position(self) -> int:
        """Tokens in the model's own sequence."""
        return self._own.position

    def reset(self) -> None:
        """Forgets the model's own sequence."""
        self._own.reset()

    def trim(self, position: int) -> None:
        """Takes its tokens from `position` on back; see Sequence.trim."""
        self._own.trim(position)

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes it to a file, for load() with the same arena.

        Until it is complete, what is there stays. ValueError for what is no
        file, such as a folder or a device.
        """
        name = os.path.realpath(os.fspath(path))
        if os.path.exists(name) and not os.path.isfile(name):
            raise ValueError(f"{name}: is no file, and is not replaced")
        partial = f"{name}.{os.getpid()}.partial"
        try:
            with open(partial, "wb") as file:
                file.write(self._own.save())
            os.replace(partial, name)
        except BaseException:
            if os.path.exists(partial):
                os.unlink(partial)
            raise

    def load(self, path: Union[str, os.PathLike[str]]) -> None:
        """Makes it what was saved; see Sequence.load."""
        with open(path, "rb") as file:
            self._own.load(file.read())

    # ---- End ----

    def close(self) -> None:
        """Frees threads and memory. RuntimeError if a thread is at work."""
        self._model.close()

    def __enter__(self) -> "Model":
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def _prompt_ids(self, prompt: Union[str, Ids]) -> Ids:
        if not isinstance(prompt, (str, bytes)):
            return prompt
        tokenizer = self.tokenizer
        if tokenizer is None:
            raise ValueError(
                "the arena has no tokenizer; give token ids instead of a text"
            )
        return tokenizer.encode(prompt)


def _word(value: Any) -> str:
    """A value of an option, as flags have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _step(number: int, step: Any) -> tuple[_tessera.Sequence, Ids]:
    try:
        sequence, ids = step
    except (TypeError, ValueError):
        sequence = ids = None
    if isinstance(sequence, Model):
        sequence = sequence.own_sequence
    if not isinstance(sequence, _tessera.Sequence):
        raise TypeError(f"step {number}: expected (sequence, ids)")
    return sequence, ids
