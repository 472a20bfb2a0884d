"""Rows as CSV for spreadsheets. A cell that a spreadsheet would take for a formula is made a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(rows: Iterable[Any], columns: Sequence[str], *, header: bool) -> str:
    """The rows' columns as lines; times in UTC as ISO 8601, nothing where there is no value."""
    text = io.StringIO()
    writer = csv.writer(text)
    if header:
        writer.writerow(columns)
    writer.writerows([cell(getattr(row, column)) for column in columns] for row in rows)
    return text.getvalue()


def cell(value: Any) -> Any:
    """One value as it stands in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str) and value.startswith(FORMULAS):
        return f"'{value}"
    return value
