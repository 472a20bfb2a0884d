"""Rules in English."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.definition import Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.recurrence import describe

SENTENCES: list[tuple[Rule, str]] = [
    (Once(date="2026-12-01", times="06:20"), "Once, on 1 December 2026 at 06:20 (UTC)."),
    (
        Once(date="2026-12-01", times="06:20,18:20", timezone="Europe/Berlin"),
        "Twice, on 1 December 2026 at 06:20 and 18:20 (Europe/Berlin).",
    ),
    (Once(date="2026-12-01", times="6:00,7:00,8:00"), "3 times, on 1 December 2026 at 06:00, 07:00 and 08:00 (UTC)."),
    (
        Daily(times=["18:20", "06:20"], timezone="Europe/Berlin"),
        "Every day at 06:20 and 18:20 (Europe/Berlin).",
    ),
    (
        Daily(times=[f"{hour}:{minute}" for hour in range(24) for minute in (10, 40)]),
        "Every day at 48 times from 00:10 to 23:40 (UTC).",
    ),
    (Daily(times="00:00:30"), "Every day at 00:00:30 (UTC)."),
    (Weekly(weekdays="fri,mon", times="08:00"), "On Mondays and Fridays at 08:00 (UTC)."),
    (Weekly(weekdays="sun,mon,sat", times="08:00"), "On Mondays, Saturdays and Sundays at 08:00 (UTC)."),
    (Weekly(weekdays="mon,tue,wed,thu,fri", times="08:00"), "From Monday to Friday at 08:00 (UTC)."),
    (Weekly(weekdays="sun,mon,tue,wed,thu,fri,sat", times="08:00"), "Every day at 08:00 (UTC)."),
    (
        Monthly(days=["last", 15, 1], times="12:00", start="2026-12-01T00:00Z"),
        "On the 1st, the 15th and the last day of each month at 12:00 (UTC), from 1 December 2026 at 00:00.",
    ),
    (
        Monthly(days=["last friday", "first monday"], times="12:00"),
        "On the first Monday and the last Friday of each month at 12:00 (UTC).",
    ),
    (
        Monthly(days=[2, 3, 11, 12, 13, 21, 22, 31], times="12:00", months="jan,jul"),
        "On the 2nd, the 3rd, the 11th, the 12th, the 13th, the 21st, the 22nd and the 31st of January and July "
        "at 12:00 (UTC).",
    ),
    (Monthly(days=29, months=2, times="0:00"), "On the 29th of February at 00:00 (UTC)."),
    (Monthly(days=1, months=range(1, 13), times="0:00"), "On the 1st of each month at 00:00 (UTC)."),
    (Interval("15m"), "Every 15 minutes."),
    (Interval("1m"), "Every minute."),
    (Interval("90s"), "Every 90 seconds."),
    (Interval("1s"), "Every second."),
    (Interval("1h"), "Every hour."),
    (Interval("1d"), "Every 24 hours."),
    (Interval("100d"), "Every 2,400 hours."),
    (
        Interval("15m", anchor="2026-12-01T06:20Z", timezone="Europe/Berlin"),
        "Every 15 minutes, counted from 1 December 2026 at 07:20 (Europe/Berlin).",
    ),
    (
        Interval("15m", start="2026-12-01T00:00Z", end="2026-12-31T12:00Z"),
        "Every 15 minutes (UTC), from 1 December 2026 at 00:00 until 31 December 2026 at 12:00.",
    ),
    (
        Daily(times="06:20", end="2026-12-31T23:59:59Z", timezone="Asia/Kathmandu"),
        "Every day at 06:20 (Asia/Kathmandu), until 1 January 2027 at 05:44:59.",
    ),
    (
        Daily(times="06:20", end="9999-12-31T23:59:59Z", timezone="Asia/Tokyo"),
        "Every day at 06:20 (Asia/Tokyo), until 31 December 9999 at 23:59:59.",
    ),
]


@pytest.mark.parametrize(("rule", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_a_rule_is_one_sentence(rule: Rule, sentence: str) -> None:
    assert describe(rule) == sentence


def test_what_is_no_rule_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match="expected a recurrence rule, got str"):
        describe("daily")  # type: ignore[arg-type]
