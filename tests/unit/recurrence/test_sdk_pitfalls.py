"""The situations in which the SDK's scheduler goes wrong; numbered as in the list of its pitfalls."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

import pytest

from clearml_sched_widgets.definition import Cron, Daily, Interval, Monthly, Rule, Weekly
from clearml_sched_widgets.definition.values import WEEKDAYS
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.recurrence import next_after, occurrences

UTC = timezone.utc


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def days(rule: Rule) -> list[str]:
    """The days of the first half of 2026 on which a rule comes, at midnight UTC."""
    found = list(occurrences(rule, utc("2025-12-31T23:59+00:00"), utc("2026-06-30T23:59+00:00")))
    assert {moment.time() for moment in found} == {time(0)}
    return [f"{moment:%m-%d}" for moment in found]


def test_s2_a_day_that_a_month_lacks_is_skipped_and_last_is_the_last_day() -> None:
    for day, months in ((29, (1, 3, 4, 5, 6)), (30, (1, 3, 4, 5, 6)), (31, (1, 3, 5))):
        assert days(Monthly(days=day, times="0:00")) == [f"{month:02}-{day}" for month in months]
    assert days(Monthly(days="last", times="0:00")) == ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]


def test_s5_the_next_slot_derives_from_the_slot_not_from_when_it_was_launched() -> None:
    rule, launched = Daily(times="23:59"), timedelta(seconds=61)
    slot = utc("2026-01-01T23:59+00:00")
    assert next_after(rule, slot + launched) == next_after(rule, slot) == utc("2026-01-02T23:59+00:00")


def test_s6_intervals_do_not_drift_when_every_launch_is_late() -> None:
    rule, moment = Interval("15m"), utc("2026-01-01T00:00+00:00")
    for _ in range(96):
        found = next_after(rule, moment)
        assert found is not None
        moment = found + timedelta(seconds=3)
    assert moment == utc("2026-01-02T00:00:03+00:00")


def test_s8_after_a_downtime_the_next_weekday_is_not_lost() -> None:
    rule = Weekly(weekdays=["mon", "wed"], times="08:00")
    down, up = utc("2026-11-22T00:00+00:00"), utc("2026-11-24T10:00+00:00")  # a Sunday, the Tuesday after
    assert list(occurrences(rule, down, up)) == [utc("2026-11-23T08:00+00:00")]
    assert next_after(rule, up) == utc("2026-11-25T08:00+00:00")


def test_s9_a_weekly_rule_started_in_mid_week_runs_the_same_day() -> None:
    rule = Weekly(weekdays=WEEKDAYS[:5], times="09:00")
    assert next_after(rule, utc("2026-11-25T08:00+00:00")) == utc("2026-11-25T09:00+00:00")  # a Wednesday


def test_s10_the_order_in_which_weekdays_are_given_means_nothing() -> None:
    span = utc("2026-11-22T00:00+00:00"), utc("2026-12-20T00:00+00:00")
    given = Weekly(weekdays=["friday", "monday", "wednesday"], times="08:00")
    assert given == Weekly(weekdays=["monday", "wednesday", "friday"], times="08:00")
    assert len(list(occurrences(given, *span))) == 12


def test_s11_midnight_and_every_two_hours_on_weekends() -> None:
    midnight = Daily(times="00:00")
    assert next_after(midnight, utc("2026-01-01T00:00+00:00")) == utc("2026-01-02T00:00+00:00")
    rule = Weekly(weekdays=["sat", "sun"], times=[f"{hour}:00" for hour in range(0, 24, 2)])
    found = list(occurrences(rule, utc("2026-11-27T12:00+00:00"), utc("2026-12-04T12:00+00:00")))
    assert found == [utc("2026-11-28T00:00+00:00") + timedelta(hours=2 * step) for step in range(24)]


@pytest.mark.parametrize("every", ["-5m", "0s", timedelta(minutes=-5), timedelta(0), timedelta(milliseconds=5)])
def test_s12_an_interval_that_is_not_positive_is_refused(every: str | timedelta) -> None:
    with pytest.raises(InvalidDefinition, match=r"^every = "):
        Interval(every)


@pytest.mark.parametrize("clock", ["25:00", "24:00", "12:75", "12:00:60"])
def test_s13_a_time_that_no_clock_shows_is_refused(clock: str) -> None:
    with pytest.raises(InvalidDefinition, match=r"^times\[0\] = "):
        Daily(times=clock)


def test_s24_offsets_and_z_are_understood() -> None:
    for text in ("2026-12-01T06:20:00+01:00", "2026-12-01T05:20:00Z", "2026-12-01T05:20:00z"):
        assert Daily(times="0:00", start=text).start == datetime(2026, 12, 1, 5, 20, tzinfo=UTC)


def test_s2_cron_skips_months_without_the_day_and_takes_l_as_the_last() -> None:
    assert days(Cron("0 0 30 * *")) == ["01-30", "03-30", "04-30", "05-30", "06-30"]
    assert days(Cron("0 0 L * *")) == ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]


def test_s9_s10_cron_takes_weekdays_as_a_set_and_runs_in_mid_week() -> None:
    wednesday = datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert next_after(Cron("0 9 * * mon-fri"), wednesday) == wednesday.replace(hour=9)
    end = wednesday + timedelta(days=28)
    given = [list(occurrences(Cron(f"0 8 * * {days}"), wednesday, end)) for days in ("fri,mon,wed", "1,3,5")]
    assert given[0] == given[1]
    assert len(given[0]) == 12


def test_s11_cron_runs_at_midnight_and_every_two_hours_on_weekends() -> None:
    found = list(occurrences(Cron("0 */2 * * sat,sun"), utc("2026-01-01T00:00+00:00"), utc("2026-01-08T00:00+00:00")))
    assert found == [datetime(2026, 1, 3, tzinfo=UTC) + timedelta(hours=2 * step) for step in range(24)]


def test_s13_cron_refuses_hour_25_and_minute_75_together() -> None:
    with pytest.raises(InvalidDefinition, match=r'minute "75": .* hour "25": '):
        Cron("75 25 * * *")
