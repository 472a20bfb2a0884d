"""What an engine reports about itself now and then: the heartbeat, the log and the tables of its instance's task."""

from __future__ import annotations

from datetime import datetime, timedelta

from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.snapshot import Snapshot, Tables
from clearml_sched_widgets.gateway.base import Gateway

TABLES_EVERY = timedelta(seconds=30)
HEARTBEAT_EVERY = timedelta(seconds=60)


class Upkeep:
    """Remembers what was reported when. Used by one thread. Its methods raise GatewayError."""

    def __init__(self, gateway: Gateway, context: Context, tables: Tables, now: datetime) -> None:
        self._gateway, self._context, self._tables = gateway, context, tables
        self.begin(now)

    def begin(self, now: datetime) -> None:
        """Count from now on."""
        self._beat = self._tabled = now

    def do(self, snapshot: Snapshot | None, now: datetime) -> None:
        """Send the new lines of the log, and what is due of the rest."""
        self._beat, self._tabled = min(self._beat, now), min(self._tabled, now)  # the clock may have gone back
        self.flush()
        if now - self._beat >= HEARTBEAT_EVERY:
            self._gateway.ping(self._context.id)
            self._beat = now
        if self._context.changed and now - self._tabled >= TABLES_EVERY:
            self.report_tables(snapshot)
            self._tabled = now

    def flush(self) -> None:
        """Send the lines of the log that the server does not have yet."""
        self._context.journal.flush(self._gateway, self._context.id)

    def report_tables(self, snapshot: Snapshot | None) -> None:
        """Show the tables on the instance's task."""
        if snapshot is not None:
            for title, table in self._tables(snapshot).items():
                self._gateway.report_table(self._context.id, title, table)
        self._context.changed = False
