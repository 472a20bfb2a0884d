"""Hides credentials in the lines of consoles: an agent prints the access key that it uses, and tasks print worse."""

from __future__ import annotations

import re

HIDDEN = "****"
# A name that ends in one of these words, and the value after it: KEY=value, "secret_key": "value", token = value.
NAMED = re.compile(
    r"""(?ix) ( (?:access_?key | secret_?key | api_?key | password | passwd | secret | auth_?token | access_?token)
        ["']? \s* [=:] \s* ["']? ) (?!\*{4}) [^\s"',;}]+"""
)
MARKS = re.compile(r"key|passw|secret|token", re.IGNORECASE)  # most lines have none of these


def without_secrets(text: str) -> str:
    """The text with `****` in place of the values of what is named like a credential."""
    return NAMED.sub(rf"\1{HIDDEN}", text) if MARKS.search(text) else text
