"""PURE: texts that others wrote, with marks that turn the reading direction, beside words of our own.

Such a mark must turn neither what stands around its text nor, left open, the rest of a line.
"""

from __future__ import annotations

import unicodedata

OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"}  # ended by PDF
OPENERS |= {"\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}  # isolates, ended by PDI
CLOSERS = frozenset(OPENERS.values())
FIRST_STRONG, END = "\u2068", "\u2069"
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})


def neutral(text: str) -> str:
    """The text without the marks that are opened and never ended, or ended and never opened."""
    if text.isascii() or not any(char in OPENERS or char in CLOSERS for char in text):
        return text
    open_: list[int] = []
    stray: set[int] = set()
    for place, char in enumerate(text):
        if char in OPENERS:
            open_.append(place)
        elif char in CLOSERS:
            place_of = next((each for each in reversed(open_) if OPENERS[text[each]] == char), None)
            if place_of is None or (char != END and place_of != open_[-1]):
                stray.add(place)
                continue
            while open_[-1] != place_of:  # an isolate ends what was opened within it
                stray.add(open_.pop())
            open_.pop()
    stray.update(open_)
    return "".join(char for place, char in enumerate(text) if place not in stray)


def isolated(text: str) -> str:
    """The text as it can stand in a sentence: what is read from right to left turns nothing beside it."""
    if text.isascii() or not any(unicodedata.bidirectional(char) in RIGHT_TO_LEFT for char in text):
        return neutral(text)
    return f"{FIRST_STRONG}{neutral(text)}{END}"
