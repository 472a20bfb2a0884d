"""A child process in the background: the base of the server's process and the agent."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


def spawn(
    command: Sequence[str], log: Path, *, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Run a command in its own session, so Ctrl-C in the terminal does not reach it. Its output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


class Daemon(ABC):
    """A process started with `spawn`. As a context manager, it stops at the end."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.folder = log.parent
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """The id of the process and of its process group."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    @abstractmethod
    def stop(self) -> None:
        """Stop the process cleanly. Does nothing if it has already ended."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
