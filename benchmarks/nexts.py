"""Measures how long computing the next run takes for each rule, against croniter and cronsim where cron has the rule.

A call of the peers includes parsing, as in normal use. Our rules are parsed once, when they are created.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from croniter import croniter
from cronsim import CronSim

from benchmarks.report import Row
from clearml_sched_widgets import Cron, Daily, Interval, Monthly, Once, Weekly, next_after
from clearml_sched_widgets.definition import Rule

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
CALLS = 2000
SLOWEST_CALLS = 300
BERLIN = "Europe/Berlin"


@attrs.frozen
class Case:
    """One of our rules, and the cron expression that means the same, if there is one."""

    rule: Rule
    cron: str = ""


CASES = {
    "once": Case(Once("2030-01-01", "06:20")),
    "daily": Case(Daily("06:20, 18:20", timezone=BERLIN), "20 6,18 * * *"),
    "weekly": Case(Weekly("mon, fri", "08:00", timezone=BERLIN), "0 8 * * 1,5"),
    "monthly": Case(Monthly([15, "last", "first monday"], "12:00", timezone=BERLIN)),
    "monthly_days": Case(Monthly([1, 15, "last"], "12:00", timezone=BERLIN), "0 12 1,15,L * *"),
    "interval": Case(Interval(every="15m"), "*/15 * * * *"),
    "cron": Case(Cron("*/5 8-18 * * mon-fri", timezone=BERLIN), "*/5 8-18 * * 1-5"),
    "leap_day": Case(Cron("0 0 29 2 *", timezone=BERLIN), "0 0 29 2 *"),
}
UNSATISFIABLE = {
    "cron": Cron("0 0 30 2 *"),
    "cron both days": Cron("*/7 3 31 2,4 *", timezone=BERLIN),
    "monthly": Monthly([30], "12:00", months=[2]),
    "over": Daily("12:00", end=START),
}


def _microseconds(call: Callable[[datetime], Any], calls: int = CALLS) -> list[float]:
    """Microseconds of each of many calls, at moments 7 hours apart."""
    took = []
    for number in range(calls):
        moment = START + timedelta(hours=7 * number)
        began = time.perf_counter()
        call(moment)
        took.append((time.perf_counter() - began) * 1e6)
    return took


def _ours(rule: Rule) -> Callable[[datetime], Any]:
    return lambda moment: next_after(rule, moment)


def _croniter(expression: str) -> Callable[[datetime], Any]:
    zone = ZoneInfo(BERLIN)
    return lambda moment: croniter(expression, moment.astimezone(zone)).get_next(datetime)


def _cronsim(expression: str) -> Callable[[datetime], Any]:
    zone = ZoneInfo(BERLIN)
    return lambda moment: next(CronSim(expression, moment.astimezone(zone)))


def rows() -> list[Row]:
    ours = {name: statistics.median(_microseconds(_ours(case.rule))) for name, case in CASES.items()}
    peers = {"croniter": _croniter, "cronsim": _cronsim}
    theirs = {
        (name, peer): statistics.median(_microseconds(make(case.cron), CALLS // 4))
        for name, case in CASES.items()
        if case.cron
        for peer, make in peers.items()
    }
    slowest, peer = (
        max(ours, key=lambda name: ours[name]),
        max(us for (_, who), us in theirs.items() if who == "cronsim"),
    )
    results = [_row("next_after_us_slowest_rule", ours[slowest], f"cronsim, its slowest rule (ours: {slowest})", peer)]
    results += [_row(f"next_after_us_{name}_vs_{peer}", ours[name], peer, us) for (name, peer), us in theirs.items()]
    return [*results, _slowest_call()]


def _slowest_call() -> Row:
    """The longest single call of all rules, unsatisfiable ones included.

    Each moment counts with the best of three calls, so that other load on the machine does not matter.
    """
    rules = [*(case.rule for case in CASES.values()), *UNSATISFIABLE.values()]
    ours = max(
        max(map(min, zip(*(_microseconds(_ours(rule), SLOWEST_CALLS) for _ in range(3)), strict=True)))
        for rule in rules
    )
    expression = CASES["leap_day"].cron
    peer = max(map(min, zip(*(_microseconds(_croniter(expression), SLOWEST_CALLS) for _ in range(3)), strict=True)))
    return _row("next_after_us_slowest_call", ours, "croniter, leap_day", peer)


def _row(name: str, ours: float, peer: str, us: float) -> Row:
    return Row(name=name, unit="us", ours=ours, peer_name=peer, peer=us)
