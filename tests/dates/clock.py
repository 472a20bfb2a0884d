"""The tests as on other days: `make dates` moves the clocks of the tests, of all their processes and of the browser."""

from __future__ import annotations

import os
from datetime import timedelta

SHIFT = "TESTS_CLOCK_AHEAD"  # seconds by which every clock is ahead of the machine's


def shift() -> timedelta:
    """How far the clocks of this process and its children are ahead of the machine's."""
    return timedelta(seconds=float(os.environ.get(SHIFT, "0")))


# What a page believes the time is comes from `Date` alone.
SHIFTED_DATE = """(ahead => {
    const Real = Date;
    globalThis.Date = class Date extends Real {
        constructor(...given) {
            if (given.length === 0) super(Real.now() + ahead);
            else super(...given);
        }
        static now() {
            return Real.now() + ahead;
        }
    };
})(%d)"""


def page_script() -> str:
    """The script that gives a page the same clock; empty where no clock is moved."""
    ahead = shift()
    return SHIFTED_DATE % (ahead // timedelta(milliseconds=1)) if ahead else ""
