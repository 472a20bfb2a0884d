"""What goes wrong while somebody looks at a widget: a busy kernel, a process that stands still."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def busy(end: Path) -> str:
    """A cell that ends when the file is there."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(end)!r}).exists():\n    time.sleep(0.1)"


@contextmanager
def halted(pid: int) -> Iterator[None]:
    """The process stands still, as one that was suspended; then it goes on."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
