"""PURE: keeps Unicode direction marks in a foreign text from changing the reading direction of the text around it.

A mark that is never closed would also change the direction of the rest of the line.
"""

from __future__ import annotations

import unicodedata

OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"}  # closed by PDF
OPENERS |= {"\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}  # isolates, closed by PDI
CLOSERS = frozenset(OPENERS.values())
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})


def neutral(text: str) -> str:
    """The text without unpaired direction marks: opened and never closed, or closed and never opened."""
    if text.isascii() or not any(char in OPENERS or char in CLOSERS for char in text):
        return text
    open_marks: list[int] = []
    unpaired: set[int] = set()
    for position, char in enumerate(text):
        if char in OPENERS:
            open_marks.append(position)
        elif char in CLOSERS:
            opener = next((start for start in reversed(open_marks) if OPENERS[text[start]] == char), None)
            if opener is None or (char != POP_ISOLATE and opener != open_marks[-1]):
                unpaired.add(position)
                continue
            while open_marks[-1] != opener:  # closing an isolate closes everything opened inside it
                unpaired.add(open_marks.pop())
            open_marks.pop()
    unpaired.update(open_marks)
    return "".join(char for position, char in enumerate(text) if position not in unpaired)


def isolated(text: str) -> str:
    """The text for use inside a sentence. Right-to-left text is isolated, so it does not reorder what is around it."""
    if text.isascii() or not any(unicodedata.bidirectional(char) in RIGHT_TO_LEFT for char in text):
        return neutral(text)
    return f"{FIRST_STRONG_ISOLATE}{neutral(text)}{POP_ISOLATE}"
