"""How long it takes to compute the next run, against croniter, which parses and walks in one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from croniter import croniter

from benchmarks.report import Row
from clearml_sched_widgets import Daily, Interval, Monthly, Once, Weekly, next_after

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
CALLS = 2000
RULES = {
    "once": Once("2030-01-01", "06:20"),
    "daily": Daily("06:20, 18:20", timezone="Europe/Berlin"),
    "weekly": Weekly("mon, fri", "08:00", timezone="America/New_York"),
    "monthly": Monthly([15, "last", "first monday"], "12:00", timezone="Australia/Lord_Howe"),
    "interval": Interval(every="15m"),
}


def _median_us(call: Callable[[datetime], Any]) -> float:
    took = []
    for number in range(CALLS):
        moment = START + timedelta(hours=7 * number)
        began = time.perf_counter()
        call(moment)
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def rows() -> list[Row]:
    ours = {name: _median_us(lambda moment, rule=rule: next_after(rule, moment)) for name, rule in RULES.items()}
    slowest = max(ours, key=lambda name: ours[name])
    peer = _median_us(lambda moment: croniter("0 12 15,L * *", moment).get_next(datetime))
    name = "next_after_us_slowest_rule"
    return [Row(name=name, unit="us", ours=ours[slowest], peer_name=f"croniter (ours: {slowest})", peer=peer)]
