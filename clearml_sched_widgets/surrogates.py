"""PURE: finds and replaces lone surrogates (halves of a surrogate pair), which no server and no page accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REPLACEMENT = "\ufffd"  # Unicode's replacement character


def has_half(text: str) -> bool:
    """Whether the text contains a lone surrogate."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def mended(value: Any) -> Any:
    """Plain data with every lone surrogate replaced. A text without any is returned as the same object."""
    if isinstance(value, str):
        return "".join(REPLACEMENT if has_half(each) else each for each in value) if has_half(value) else value
    if isinstance(value, Mapping):
        return {mended(key): mended(each) for key, each in value.items()}
    return [mended(each) for each in value] if isinstance(value, list) else value
