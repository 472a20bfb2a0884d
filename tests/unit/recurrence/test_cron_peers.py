"""Cron against two other readers of it, where no clock changes: in zones of a fixed offset.

Where their semantics differ from ours on purpose, the expressions drawn leave it out, or the call makes up for it:
- croniter combines the day fields by Vixie's rule only with `implement_cron_bug`, and then does not apply it to
  ordinals (`fri#2`). A field that names all values, such as `0,*`, is to it the same as `*`, so that both day fields
  must match. It writes `L5` for our `5L`.
- cronsim gives up after fifty years, and refuses a day that no month of the expression has.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from itertools import islice

import pytest
from croniter import croniter
from cronsim import CronSim, CronSimError
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clearml_sched_widgets.definition import Cron
from clearml_sched_widgets.recurrence import next_after
from tests.unit.recurrence.cron_expressions import Drawn, expressions

UTC = timezone.utc
OFFSETS = {"UTC": 0, "Etc/GMT+11": -660, "Etc/GMT-14": 840, "Asia/Kathmandu": 345, "Asia/Tokyo": 540}

zones = st.sampled_from(sorted(OFFSETS))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001 - readings of the zone's clock


def ours(text: str, zone: str, local: datetime, count: int) -> list[datetime]:
    """The next occurrences as the zone's clock shows them."""
    ahead = timedelta(minutes=OFFSETS[zone])
    rule, moment = Cron(text, timezone=zone), (local - ahead).replace(tzinfo=UTC)
    found: list[datetime] = []
    while len(found) < count and (following := next_after(rule, moment)) is not None:
        moment = following
        found.append((moment + ahead).replace(tzinfo=None))
    return found


def names_all_values(drawn: Drawn) -> bool:
    """Whether a day field does not begin with a star and yet matches every day."""
    _, _, dom, _, dow = drawn.text.split()
    days = [date(2026, 7, number) for number in range(1, 32)]
    return any(text[0] != "*" and all(map(match, days)) for text, match in ((dom, drawn.day), (dow, drawn.weekday)))


@settings(max_examples=150, deadline=None)
@given(drawn=expressions(ordinals=False), zone=zones, local=moments)
def test_croniter_finds_the_same(drawn: Drawn, zone: str, local: datetime) -> None:
    assume(not names_all_values(drawn))
    found = ours(drawn.text, zone, local, 4)
    if not found or found[-1].year > local.year + 40:
        return  # croniter is slow to find that there is none, or gives up
    theirs = croniter(drawn.text, local, implement_cron_bug=True, max_years_between_matches=60)
    assert found == [theirs.get_next(datetime) for _ in found]


@settings(max_examples=150, deadline=None)
@given(drawn=expressions(), zone=zones, local=moments)
def test_cronsim_finds_the_same(drawn: Drawn, zone: str, local: datetime) -> None:
    found = ours(drawn.text, zone, local, 4)
    try:
        theirs = list(islice(CronSim(drawn.text, local), 4))
    except CronSimError:
        assert found == []
    else:
        near = [moment for moment in found if moment.year <= local.year + 50]
        assert theirs[: len(near)] == near


@pytest.mark.parametrize("text", ["0 12 * * mon#5", "0 12 * * 0L", "0 12 * 2 fri#5", "*/7 3 * * tue#1"])
def test_croniter_finds_the_same_for_ordinals_of_weekdays_alone(text: str) -> None:
    start = datetime(2026, 1, 1)  # noqa: DTZ001
    theirs = croniter(re.sub("([0-6])L", r"L\1", text), start)
    assert ours(text, "Asia/Tokyo", start, 20) == [theirs.get_next(datetime) for _ in range(20)]
