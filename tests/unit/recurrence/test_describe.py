"""Rules in English."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearml_sched_widgets.definition import Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.recurrence import describe
from tests.unit.recurrence.cron_expressions import Drawn, expressions

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
        Cron("*/5 8-18 * * mon-fri", timezone="Europe/Berlin"),
        "Every 5 minutes from 08:00 to 18:55 on weekdays (Europe/Berlin).",
    ),
    (Cron("* * * * *"), "Every minute (UTC)."),
    (Cron("@hourly"), "Every hour (UTC)."),
    (Cron("@daily"), "Every day at 00:00 (UTC)."),
    (Cron("@weekly"), "On Sundays at 00:00 (UTC)."),
    (Cron("@monthly"), "On the 1st of each month at 00:00 (UTC)."),
    (Cron("@yearly"), "On the 1st of January at 00:00 (UTC)."),
    (Cron("15 * * * *"), "At 15 minutes past every hour (UTC)."),
    (Cron("1 * * * mon"), "At 1 minute past every hour on Mondays (UTC)."),
    (Cron("0 */2 * * *"), "Every 2 hours from 00:00 to 22:00 (UTC)."),
    (Cron("30 8-18/2 * * *"), "Every 2 hours from 08:30 to 18:30 (UTC)."),
    (Cron("0 9-17 * * 1-5"), "Every hour from 09:00 to 17:00 on weekdays (UTC)."),
    (Cron("0 8,18 * * mon,fri"), "On Mondays and Fridays at 08:00 and 18:00 (UTC)."),
    (Cron("0 8 1,15,L * *"), "On the 1st, the 15th and the last day of each month at 08:00 (UTC)."),
    (Cron("0 12 * * fri#2,5L"), "On the second Friday and the last Friday of each month at 12:00 (UTC)."),
    (Cron("0 12 * * L0"), "On the last Sunday of each month at 12:00 (UTC)."),
    (Cron("0 12 13 * fri"), "On the 13th of each month and on Fridays at 12:00 (UTC)."),
    (Cron("0 12 13 2 fri"), "On the 13th of February and on Fridays in February at 12:00 (UTC)."),
    (
        Cron("0 12 */9 * mon,wed#5"),
        "On the 1st, the 10th, the 19th and the 28th of each month, if that is a Monday or the fifth Wednesday, "
        "at 12:00 (UTC).",
    ),
    (
        Cron("0 12 */2 * mon"),
        "On every 2nd day from the 1st to the 31st of each month, if that is a Monday, at 12:00 (UTC).",
    ),
    (Cron("0 0 29 2 *"), "On the 29th of February at 00:00 (UTC)."),
    (Cron("0 0 * 2 *"), "Every day in February at 00:00 (UTC)."),
    (Cron("0 0 1-31 * mon"), "Every day at 00:00 (UTC)."),
    (Cron("0 0 1-7,15 * *"), "On the 1st to the 7th and the 15th of each month at 00:00 (UTC)."),
    (
        Cron("*/10 8-9,12,18-20 * jan-mar,dec sat,sun"),
        "Every 10 minutes from 08:00 to 09:50, from 12:00 to 12:50 and from 18:00 to 20:50 "
        "on Saturdays and Sundays in January to March and December (UTC).",
    ),
    (Cron("*/10 */2 * * *"), "Every 10 minutes in the hours 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 22 (UTC)."),
    (Cron("5,20 9-17 * * *"), "At 5 and 20 minutes past every hour from 9 to 17 (UTC)."),
    (
        Cron("5,20 9,11,17 * 6 mon-fri,sat#2"),
        "On weekdays in June and on the second Saturday of June at 09:05, 09:20, 11:05, 11:20, 17:05 and 17:20 (UTC).",
    ),
    (Cron("0-29,45 * * * *"), "At 0 to 29 and 45 minutes past every hour (UTC)."),
    (Cron("* 3 * * *"), "Every minute from 03:00 to 03:59 (UTC)."),
    (Cron("1,3,4 1,2,4,9,11 * * *"), "At 1, 3 and 4 minutes past the hours 1, 2, 4, 9 and 11 (UTC)."),
    (
        Cron("1 0,1,3,4,5,6,7,8,9,11,12,13,15,16 * * *"),
        "At 1 minute past the hours 0, 1, 3 to 9, 11 to 13, 15 and 16 (UTC).",
    ),
    (Cron("*/30 * L 12 *"), "Every 30 minutes on the last day of December (UTC)."),
    (
        Daily(times="06:20", end="9999-12-31T23:59:59Z", timezone="Asia/Tokyo"),
        "Every day at 06:20 (Asia/Tokyo), until 31 December 9999 at 23:59:59.",
    ),
]


@pytest.mark.parametrize(("rule", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_a_rule_is_one_sentence(rule: Rule, sentence: str) -> None:
    assert describe(rule) == sentence


def meaning(rule: Cron) -> tuple[object, ...]:
    fields = rule.fields
    days = [fields.days_of(first, length) for first in range(7) for length in (28, 29, 30, 31)]
    return (fields.minutes, fields.hours, fields.months, *days)


@settings(max_examples=150, deadline=None)
@given(first=expressions(), second=expressions(), shared=st.integers(0, 4))
def test_no_two_expressions_of_different_meaning_have_one_sentence(first: Drawn, second: Drawn, shared: int) -> None:
    texts = first.text.split()
    texts[shared] = second.text.split()[shared]  # so that the two differ in one field only
    one, other = Cron(first.text), Cron(" ".join(texts))
    if describe(one) == describe(other):
        assert meaning(one) == meaning(other)


def test_what_is_no_rule_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match="expected a recurrence rule, got str"):
        describe("daily")  # type: ignore[arg-type]
