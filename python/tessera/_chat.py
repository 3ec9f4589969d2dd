"""Chat templates."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional, Sequence

from tessera import _tessera


class ChatTemplate:
    """What a model expects a conversation to look like. Thread-safe.

    >>> import tessera
    >>> tessera.open("testdata/tiny").chat_template is None  # it has none
    True
    """

    def __init__(self, tokenizer: _tessera.Tokenizer) -> None:
        self._tokenizer = tokenizer

    @property
    def source(self) -> str:
        """The template, in Jinja's language."""
        return self._tokenizer._template()

    def apply(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        tools: Optional[Sequence[Mapping[str, Any]]] = None,
        add_generation_prompt: bool = True,
        **variables: Any,
    ) -> str:
        """The text of a conversation, as transformers' apply_chat_template.

        `messages` are dicts with "role" and "content"; `variables` is whatever
        else the template reads, such as enable_thinking. ValueError, in the
        template's words, for what it refuses.
        """
        return self._tokenizer._apply_template(
            _arguments(messages, tools, add_generation_prompt, variables)
        )

    def encode(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        tools: Optional[Sequence[Mapping[str, Any]]] = None,
        add_generation_prompt: bool = True,
        **variables: Any,
    ) -> list[int]:
        """The same as token ids, for Model.generate.

        What the template says may become control tokens; what stands in the
        messages may not.
        """
        return self._tokenizer._encode_template(
            _arguments(messages, tools, add_generation_prompt, variables)
        )

    def __repr__(self) -> str:
        return f"<tessera.ChatTemplate of {len(self.source)} characters>"


def template_of(
    tokenizer: Optional[_tessera.Tokenizer],
) -> Optional[ChatTemplate]:
    if tokenizer is None or tokenizer._template() is None:
        return None
    return ChatTemplate(tokenizer)


def _arguments(messages, tools, add_generation_prompt, variables) -> str:
    arguments = {
        "messages": list(messages),
        "add_generation_prompt": add_generation_prompt,
        **variables,
    }
    if tools is not None:
        arguments["tools"] = list(tools)
    # Lone surrogates are no text, and fail in encode() as they do in a file.
    return json.dumps(arguments, ensure_ascii=False)
