"""`make dates`: runs the unit tests and the preview tests on dates and in time zones that are error-prone.

Arguments are names of days to run, such as `leap-day`; all of them by default.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import attrs

from tests.dates.clock import SHIFT
from tests.paths import ROOT

STARTUP = Path(__file__).parent / "startup"
SUITES = (
    ("tests/unit", "-n", "2", "--dist", "loadfile", "-m", "not slow"),
    ("tests/browser/wizard/test_preview.py",),
)

# Silences pytest's warning that sitecustomize.py has imported time_machine before pytest could.
IGNORE_EARLY_IMPORT = ("-W", "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning")


@attrs.frozen
class Day:
    """A moment at which the tests begin (UTC), and the zone of the machine that they run on."""

    name: str
    start: str
    zone: str


# The clock changes of daylight saving time happen 30 s after the start, while the tests run.
DAYS = (
    Day("leap-day", "2028-02-29T12:00:00+00:00", "UTC"),
    Day("end-of-november", "2026-11-30T12:00:00+00:00", "UTC"),
    Day("end-of-year", "2026-12-31T12:00:00+00:00", "UTC"),
    Day("clock-forward", "2027-03-28T00:59:30+00:00", "Europe/Berlin"),
    Day("clock-back", "2027-10-31T00:59:30+00:00", "Europe/Berlin"),
    Day("east", "2027-06-15T12:30:00+00:00", "Pacific/Auckland"),
    Day("west", "2027-06-15T04:30:00+00:00", "America/Los_Angeles"),
)


def environment(day: Day) -> dict[str, str]:
    """The variables of every process that runs on that day."""
    ahead = datetime.fromisoformat(day.start) - datetime.now(timezone.utc)
    path = os.pathsep.join([str(STARTUP), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, SHIFT: str(ahead.total_seconds()), "PYTHONPATH": path, "TZ": day.zone}


def run(day: Day) -> bool:
    """Run both suites as on that day. Returns True if all tests passed."""
    results = []
    for suite in SUITES:
        print(f"==> {day.name}: {suite[0]} as on {day.start}, in {day.zone}", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", *IGNORE_EARLY_IMPORT, *suite]
        results.append(subprocess.run(command, cwd=ROOT, env=environment(day), check=False).returncode == 0)
    return all(results)


def main(names: list[str]) -> int:
    unknown = set(names) - {day.name for day in DAYS}
    if unknown:
        print(f"There is no day {', '.join(sorted(unknown))}; there are: {', '.join(day.name for day in DAYS)}.")
        return 2
    began = time.monotonic()
    failed = [day.name for day in DAYS if (day.name in names or not names) and not run(day)]
    print(f"==> {time.monotonic() - began:.0f} s; {'failed: ' + ', '.join(failed) if failed else 'every day passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
