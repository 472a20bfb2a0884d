"""PURE: halves of characters, as in a text that was cut in the middle of one: no server and no page takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INSTEAD = "\ufffd"  # the sign for what is no character


def has_half(text: str) -> bool:
    """Whether the text has half of a surrogate pair."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def mended(value: Any) -> Any:
    """Plain data in which a sign stands for each half of a character; the same object if there is none in a text."""
    if isinstance(value, str):
        return "".join(INSTEAD if has_half(each) else each for each in value) if has_half(value) else value
    if isinstance(value, Mapping):
        return {mended(key): mended(each) for key, each in value.items()}
    return [mended(each) for each in value] if isinstance(value, list) else value
