"""Python imports this when it starts, where `make dates` put this folder on its path: moves the clock of the process.

So the kernel, JupyterLab, the sandbox and the command line all live on the same day as the tests.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

import time_machine

_ahead = timedelta(seconds=float(os.environ["TESTS_CLOCK_AHEAD"]))
time_machine.travel(datetime.now(timezone.utc) + _ahead, tick=True).start()
