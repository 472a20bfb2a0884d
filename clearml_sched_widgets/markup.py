"""PURE: builds HTML paragraphs and tables of bounded size for readers without a kernel. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from urllib.parse import urlsplit

import attrs

from clearml_sched_widgets.bidi import isolated, neutral
from clearml_sched_widgets.surrogates import mended

MOST_ROWS = 20
LONGEST = 120  # characters in a cell


@attrs.frozen
class Link:
    """A text that links to `url`; plain text if `url` is no http or https address."""

    text: str
    url: str = ""


Cell = str | Link


def inline(text: str, longest: int = LONGEST) -> str:
    """Text for an HTML sentence: shortened, escaped, and isolated from the reading direction of the text around it."""
    return escape(isolated(_shortened(text, longest)))


def paragraph(*parts: str) -> str:
    """A paragraph of parts that are already HTML."""
    return f"<p>{''.join(parts)}</p>"


def table(
    caption: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]], *, total: int, most: int = MOST_ROWS
) -> str:
    """A table of the first `most` rows, and how many of `total` are left out. Caption, titles and cells are escaped."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    shown = ["".join(f"<td>{_cell(cell)}</td>" for cell in row) for row in islice(rows, most)]
    if total > len(shown):
        shown.append(f'<td colspan="{len(titles)}">… and {total - len(shown):,} more</td>')
    body = "".join(f"<tr>{row}</tr>" for row in shown)
    return f"<table><caption>{inline(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: Cell) -> str:
    # A cell is a paragraph of its own, so its direction marks must be balanced, but the text needs no isolation.
    text = escape(neutral(_shortened(cell if isinstance(cell, str) else cell.text, LONGEST)))
    if isinstance(cell, str) or urlsplit(cell.url).scheme not in ("http", "https"):
        return text
    return f'<a href="{escape(cell.url)}" rel="noopener noreferrer" target="_blank">{text}</a>'


def _shortened(text: str, longest: int) -> str:
    """The text, shortened and without lone surrogates, which cannot be sent to a page."""
    return str(mended(text if len(text) <= longest else f"{text[: longest - 1]}…"))
