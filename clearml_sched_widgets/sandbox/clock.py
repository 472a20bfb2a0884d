"""The server's clock: aware UTC, whole milliseconds once stored, as the real server's database keeps them."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_FRACTION = re.compile(r"\.(\d+)")


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(timezone.utc)


def text(moment: datetime) -> str:
    """ISO with microseconds: how answers show a time that was just set."""
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")


def stored(moment: datetime) -> str:
    """ISO cut to milliseconds: how documents keep a time. These strings sort as the times do."""
    return text(moment.replace(microsecond=moment.microsecond // 1000 * 1000))


def parse(value: str) -> datetime:
    """Read an ISO time; one without an offset is UTC.

    Raises:
        ValueError: if it is no ISO time.
    """
    cleaned = value.strip().replace("Z", "+00:00").replace("z", "+00:00")
    cleaned = _FRACTION.sub(lambda match: "." + match.group(1)[:6].ljust(6, "0"), cleaned, count=1)
    moment = datetime.fromisoformat(cleaned)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
