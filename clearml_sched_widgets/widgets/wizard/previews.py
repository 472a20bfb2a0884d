"""The message handlers of the preview: months, days, clashes, and the objects that a trigger matches."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.definition.values import available_zones
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.recurrence.local import zone
from clearml_sched_widgets.widgets.host.messages import BadMessage, Request
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.wizard import outlook as outlook_module
from clearml_sched_widgets.widgets.wizard.drafts import read_draft
from clearml_sched_widgets.widgets.wizard.matches import find_matches, matches_data

HORIZON = timedelta(days=14)  # in which clashes are looked for
MOST_CLASHES = 20


def outlook(request: Request, now: datetime) -> dict[str, Any]:
    """The runs by day of the requested month and the next one, and the clashes of the next two weeks."""
    return outlook_data(_schedules(request), _month(request), _zone(request), now)


def outlook_data(schedules: list[Schedule], first: date, here: ZoneInfo, now: datetime) -> dict[str, Any]:
    """The answer of `outlook` at the time `now`. `first` is the first day of the requested month."""
    last = _month_after(_month_after(first)) - timedelta(days=1)
    days = outlook_module.days(schedules, first, last, here, now)
    clashes = outlook_module.clashes(schedules, now, HORIZON)
    return {
        "today": now.astimezone(here).date().isoformat(),
        "days": [
            {"date": day.isoformat(), "count": count, "more": day in days.dense}
            for day, count in sorted(days.counts.items())
        ],
        "left_out": days.left_out,
        "clashes": [_clash_data(clash) for clash in clashes.clashes[:MOST_CLASHES]],
        "until": millis(clashes.until),
    }


def day(request: Request, now: datetime) -> dict[str, Any]:
    """The runs of one local date after the present."""
    local_date, here = _date(request, "date"), _zone(request)
    runs, more = outlook_module.runs_of_day(_schedules(request), local_date, here, now)
    return {"runs": [{"at": millis(moment), "item": schedule.id} for moment, schedule in runs], "more": more}


def matches(request: Request, gateway: Gateway) -> dict[str, Any]:
    """The objects that a trigger of the draft matches now. Raises BadMessage if the trigger is incomplete."""
    wanted = request.text("item")
    _, items = read_draft(request.data())
    for item in items:
        if item.id == wanted and isinstance(item, Trigger):
            return matches_data(find_matches(gateway, item))
    raise BadMessage("The trigger is not complete yet: say what it waits for.")


def _clash_data(clash: outlook_module.Clash) -> dict[str, Any]:
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
    """A date of the payload. Raises BadMessage if it is missing or in the last year that Python can represent."""
    try:
        value = date.fromisoformat(request.text(key))
    except ValueError:
        value = date.max
    if value.year >= date.max.year:
        raise BadMessage(f"The message {request.action!r} lacks the date {key!r}.")
    return value


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
