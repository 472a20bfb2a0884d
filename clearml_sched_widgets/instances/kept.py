"""Tells users that a command was kept for later, because the instance gives no sign of life."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from contextvars import ContextVar

_collected: ContextVar[list[str] | None] = ContextVar("kept_commands", default=None)


@contextlib.contextmanager
def collected() -> Iterator[list[str]]:
    """Collect in a list what `tell` says in this block and thread, instead of a warning: for screens, which show it."""
    told: list[str] = []
    token = _collected.set(told)
    try:
        yield told
    finally:
        _collected.reset(token)


def tell(kept: str) -> None:
    """Warn the caller of a public method that its command was kept. Nothing is said if `kept` is empty."""
    told = _collected.get()
    if kept and told is not None:
        told.append(kept)
    elif kept:
        warnings.warn(kept, UserWarning, stacklevel=3)  # the line that called the public method
