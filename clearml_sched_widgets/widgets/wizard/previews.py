"""Answers to what the preview asks beside the review: months, days, clashes, and what a trigger matches."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.definition.values import available_zones
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.recurrence.local import zone
from clearml_sched_widgets.widgets.host.messages import BadMessage, Request
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.wizard import outlook as looking
from clearml_sched_widgets.widgets.wizard.drafts import read_draft
from clearml_sched_widgets.widgets.wizard.matches import matches_data, matching

HORIZON = timedelta(days=14)  # for clashes
MOST_CLASHES = 20


def outlook(request: Request) -> dict[str, Any]:
    """The asked month and the one after it by day, and the clashes of the next two weeks."""
    return outlook_data(_schedules(request), _month(request), _zone(request), datetime.now(timezone.utc))


def outlook_data(schedules: list[Schedule], first: date, here: ZoneInfo, now: datetime) -> dict[str, Any]:
    """The same at a moment that is an argument; `first` is the first day of the asked month."""
    last = _month_after(_month_after(first)) - timedelta(days=1)
    found = looking.days(schedules, first, last, here, now)
    clashing = looking.clashes(schedules, now, HORIZON)
    return {
        "today": now.astimezone(here).date().isoformat(),
        "days": [
            {"date": day.isoformat(), "count": count, "more": day in found.dense}
            for day, count in sorted(found.counts.items())
        ],
        "left_out": found.left_out,
        "clashes": [_clash(clash) for clash in clashing.found[:MOST_CLASHES]],
        "until": millis(clashing.until),
    }


def day(request: Request) -> dict[str, Any]:
    """The runs of one local date."""
    now = datetime.now(timezone.utc)
    runs, more = looking.runs_of_day(_schedules(request), _date(request, "date"), _zone(request), now)
    return {"runs": [{"at": millis(moment), "item": schedule.id} for moment, schedule in runs], "more": more}


def matches(request: Request, gateway: Gateway) -> dict[str, Any]:
    """What a trigger of the draft matches on the server now. Raises BadMessage if the trigger cannot be read."""
    wanted = request.text("item")
    _, items = read_draft(request.data())
    for item in items:
        if item.id == wanted and isinstance(item, Trigger):
            return matches_data(matching(gateway, item))
    raise BadMessage("The trigger is not complete yet: say what it waits for.")


def _clash(clash: looking.Clash) -> dict[str, Any]:
    first = [millis(moment) for moment in clash.first]
    return {"queue": clash.queue, "items": list(clash.items), "count": clash.count, "first": first}


def _schedules(request: Request) -> list[Schedule]:
    _, items = read_draft(request.data())
    return [item for item in items if isinstance(item, Schedule)]


def _zone(request: Request) -> ZoneInfo:
    name = request.text("zone")
    if name not in available_zones():
        raise BadMessage(f"The kernel does not know the time zone {name!r}.")
    return zone(name)


def _month(request: Request) -> date:
    return _date(request, "month").replace(day=1)


def _date(request: Request, key: str) -> date:
    """A date of the payload, at least three months before the calendar's end."""
    try:
        found = date.fromisoformat(request.text(key))
    except ValueError:
        found = date.max
    if found.year >= date.max.year:
        raise BadMessage(f"The message {request.action!r} lacks the date {key!r}.")
    return found


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
