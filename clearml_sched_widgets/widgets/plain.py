"""Values as the page gets them. Times are milliseconds since the epoch."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def millis(moment: datetime | None) -> int | None:
    """Milliseconds since the epoch."""
    return None if moment is None else int(moment.timestamp() * 1000)


def plain(value: Any) -> Any:
    """A cell of a table."""
    return millis(value) if isinstance(value, datetime) else value
