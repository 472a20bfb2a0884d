"""How far `make dates` moves the clocks of the tests, of their processes and of the browser."""

from __future__ import annotations

import os
from datetime import timedelta

SHIFT = "TESTS_CLOCK_AHEAD"  # seconds by which every clock is ahead of the machine's


def shift() -> timedelta:
    """How far the clocks of this process and its children are ahead of the machine's."""
    return timedelta(seconds=float(os.environ.get(SHIFT, "0")))


# The page takes the time from `Date` only.
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
    """A script that moves the clock of a page in the same way; empty if the clocks are not moved."""
    ahead = shift()
    return SHIFTED_DATE % (ahead // timedelta(milliseconds=1)) if ahead else ""
