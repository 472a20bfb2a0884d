"""Moves the clock of the process. `make dates` puts this folder on PYTHONPATH, so Python imports this at its start.

Thus the kernel, JupyterLab, the sandbox and the command line have the same date as the tests.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

import time_machine

_ahead = timedelta(seconds=float(os.environ["TESTS_CLOCK_AHEAD"]))
time_machine.travel(datetime.now(timezone.utc) + _ahead, tick=True).start()
