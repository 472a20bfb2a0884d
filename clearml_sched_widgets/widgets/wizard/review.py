"""PURE: the problems of a draft, and the sentence and next runs of each item."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from clearml_sched_widgets.conditions.describe import describe_trigger
from clearml_sched_widgets.definition import Schedule
from clearml_sched_widgets.recurrence import describe, occurrences
from clearml_sched_widgets.recurrence.local import END, zone
from clearml_sched_widgets.widgets.host.messages import problems_data
from clearml_sched_widgets.widgets.wizard.drafts import Item, read_draft

MOST_NEXT_RUNS = 10  # of one schedule


def review(data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The problems of a draft, and by item id the sentence and next runs of each item whose timing can be read."""
    problems, items = read_draft(data)
    return {"problems": problems_data(problems), "items": {item.id: _item_data(item, now) for item in items}}


def _item_data(item: Item, now: datetime) -> dict[str, Any]:
    launches = {"launches": item.action.latest.words} if item.action.latest else {}
    return {**_timing(item, now), **launches}


def _timing(item: Item, now: datetime) -> dict[str, Any]:
    if isinstance(item, Schedule):
        return {"sentence": describe(item.recurrence), "next": list(_next_runs(item, now)) if item.enabled else []}
    return {"sentence": describe_trigger(item), "next": []}


def _next_runs(schedule: Schedule, now: datetime) -> Iterator[dict[str, Any]]:
    here = zone(schedule.recurrence.timezone)
    count = min(MOST_NEXT_RUNS, schedule.policies.max_runs or MOST_NEXT_RUNS)
    for moment in islice(occurrences(schedule.recurrence, now, END), count):
        local = moment.astimezone(here)
        yield {"at": int(moment.timestamp() * 1000), "local": f"{local:%a %Y-%m-%d %H:%M:%S}", "zone": here.key}
