"""The server's clock and the format of times: aware, in UTC. Stored times have milliseconds, as on the real server."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_FRACTION = re.compile(r"\.(\d+)")


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(timezone.utc)


def text(moment: datetime) -> str:
    """Format a time as ISO with microseconds, as answers show a time that was just set."""
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")


def stored(moment: datetime) -> str:
    """Format a time as documents store it: ISO, truncated to milliseconds. These strings sort like the times."""
    return text(moment.replace(microsecond=moment.microsecond // 1000 * 1000))


def parse(value: str) -> datetime:
    """Read an ISO time. A time without an offset is UTC.

    Raises:
        ValueError: if it is not an ISO time.
    """
    cleaned = value.strip().replace("Z", "+00:00").replace("z", "+00:00")
    cleaned = _FRACTION.sub(lambda match: "." + match.group(1)[:6].ljust(6, "0"), cleaned, count=1)
    moment = datetime.fromisoformat(cleaned)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
