"""PURE: plain HTML for readers without a kernel: paragraphs and tables, of a bounded size, in which all is text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from urllib.parse import urlsplit

import attrs

from clearml_sched_widgets.bidi import isolated, neutral
from clearml_sched_widgets.surrogates import mended

MOST_ROWS = 20
LONGEST = 120  # characters of a cell


@attrs.frozen
class Link:
    """A text that leads to a web address; only a text if there is none."""

    text: str
    url: str = ""


Cell = str | Link


def inline(text: str, longest: int = LONGEST) -> str:
    """A text as it can stand in a sentence of HTML: escaped, cut, and turning nothing beside it."""
    return escape(isolated(_short(text, longest)))


def paragraph(*parts: str) -> str:
    """A paragraph of parts that are HTML already."""
    return f"<p>{''.join(parts)}</p>"


def table(
    caption: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]], *, total: int, most: int = MOST_ROWS
) -> str:
    """A table of the first rows of so many. Caption, titles and cells are texts: nothing in them is taken as HTML."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    shown = ["".join(f"<td>{_cell(cell)}</td>" for cell in row) for row in islice(rows, most)]
    if total > len(shown):
        shown.append(f'<td colspan="{len(titles)}">… and {total - len(shown):,} more</td>')
    body = "".join(f"<tr>{row}</tr>" for row in shown)
    return f"<table><caption>{inline(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: Cell) -> str:
    # A cell is a paragraph of its own: what stands in it turns nothing outside.
    text = escape(neutral(_short(cell if isinstance(cell, str) else cell.text, LONGEST)))
    if isinstance(cell, str) or urlsplit(cell.url).scheme not in ("http", "https"):
        return text
    return f'<a href="{escape(cell.url)}" rel="noopener noreferrer" target="_blank">{text}</a>'


def _short(text: str, longest: int) -> str:
    """Cut, and without halves of characters: these could be sent to no page."""
    return str(mended(text if len(text) <= longest else f"{text[: longest - 1]}…"))
