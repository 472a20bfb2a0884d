"""The engine of one instance: one step after the other, in a thread or in the foreground."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.clock import Clock, SystemClock
from clearml_sched_widgets.engine.commands import Command
from clearml_sched_widgets.engine.core import Core
from clearml_sched_widgets.engine.own import OwnTask
from clearml_sched_widgets.engine.runs import Run
from clearml_sched_widgets.engine.state import State
from clearml_sched_widgets.errors import GatewayError, RetryableError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import LogLine, Table

TICK = 1.0  # seconds: the longest sleep between two steps
TABLES_EVERY = timedelta(seconds=30)
HEARTBEAT_EVERY = timedelta(seconds=60)
LONGEST_BACKOFF = 60.0


@attrs.frozen(kw_only=True)
class Snapshot:
    """The engine at one moment, for other threads to read."""

    definition: Definition
    state: State
    runs: tuple[Run, ...]
    names: Mapping[str, str]
    lines: tuple[LogLine, ...]
    problem: str
    running: bool
    started: datetime
    now: datetime


Tables = Callable[[Snapshot], Mapping[str, Table]]


class Engine:
    """Works on one instance until it is stopped, here or in ClearML. Public methods may be called from any thread."""

    def __init__(
        self, instance_id: str, gateway: Gateway, *, clock: Clock | None = None, tables: Tables = lambda _: {}
    ) -> None:
        self.id = instance_id
        self._gateway = gateway
        self._clock = clock or SystemClock()
        self._tables = tables
        self._own = OwnTask(gateway, instance_id)
        self._core = Core(instance_id, gateway, self._own, self._clock)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._problem, self._failures = "", 0
        self._beat = self._tabled = self._clock.now()
        self.snapshot: Snapshot | None = None

    # -- for other threads
    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Take the instance and work in a thread of its own. Raises GatewayError if the server does not let us."""
        self.open()
        self._thread = threading.Thread(target=self._run, name=f"clearml-sched-{self.id[:8]}", daemon=True)
        self._thread.start()

    def command(self, command: Command) -> None:
        """Queue a command for the engine's thread."""
        self._core.inbox.append(command)
        self._wake.set()

    def stop(self, timeout: float = 30.0) -> None:
        """End after the step under way, and mark the instance as stopped. Waits for it at most `timeout` seconds."""
        self.ask_to_stop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def ask_to_stop(self) -> None:
        """End after the step under way. Returns at once."""
        self._stop.set()
        self._wake.set()

    # -- in the engine's thread
    def open(self) -> None:
        """Take the instance: read its state, and what became of its runs."""
        self._core.open()
        now = self._clock.now()
        self._beat = self._tabled = now
        self._publish(now)

    def run(self) -> None:
        """Work in the calling thread until the instance is stopped."""
        self.open()
        self._run()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            pause = self.step()
            if self._core.ended:
                break
            self._clock.wait(self._wake, pause)
        self._close()

    def step(self) -> float:
        """One step. A server that does not answer is a pause and a line in the log, not an end. Seconds to wait."""
        now = self._clock.now()
        try:
            self._core.step(now)
            self._housekeeping(now)
            self._recovered()
        except GatewayError as error:
            self._failed(error)
        self._publish(now)
        if self._failures:
            return min(LONGEST_BACKOFF, 2.0 ** min(self._failures, 6))
        return self._core.idle_seconds(self._clock.now(), TICK)

    def _failed(self, error: GatewayError) -> None:
        self._failures += 1
        if str(error) != self._problem:
            advice = "trying again" if isinstance(error, RetryableError) else "trying again every minute"
            self._core.journal.warning(f"{error} ({advice})")
        self._problem = str(error)

    def _recovered(self) -> None:
        if self._failures:
            self._core.journal.info("The server answers again.")
        self._failures, self._problem = 0, ""

    def _housekeeping(self, now: datetime) -> None:
        self._core.journal.flush(self._gateway, self.id)
        if now - self._beat >= HEARTBEAT_EVERY:
            self._gateway.ping(self.id)
            self._beat = now
        if self._core.changed and now - self._tabled >= TABLES_EVERY:
            self._report_tables()
            self._tabled = now

    def _report_tables(self) -> None:
        if self.snapshot is not None:
            for title, table in self._tables(self.snapshot).items():
                self._gateway.report_table(self.id, title, table)
        self._core.changed = False

    def _publish(self, now: datetime) -> None:
        core = self._core
        self.snapshot = Snapshot(
            definition=core.definition,
            state=core.state,
            runs=core.run_list(),
            names=core.names,
            lines=core.journal.lines,
            problem=self._problem,
            running=not core.ended,
            started=core.started,
            now=now,
        )

    def _close(self) -> None:
        """The last words: the log, the tables and the state are on the server when the instance ends."""
        core = self._core
        core.journal.info(f"Stopped: {core.ended}." if core.ended else "Stopped.")
        foreign = bool(core.ended)
        core.ended = core.ended or "it was stopped"
        self._publish(self._clock.now())
        try:
            core.journal.flush(self._gateway, self.id)
            self._report_tables()
            if not foreign or core.asked_to_stop:
                core.save()
                self._gateway.set_status(self.id, "stopped", "Stopped by its user")
        except GatewayError as error:
            self._problem = str(error)
            self._publish(self._clock.now())
