"""Faults while a widget is open: a busy kernel, a suspended process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def busy(end: Path) -> str:
    """The code of a cell that runs until the file exists."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(end)!r}).exists():\n    time.sleep(0.1)"


@contextmanager
def halted(pid: int) -> Iterator[None]:
    """Suspend a process with SIGSTOP; resume it at the end."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
