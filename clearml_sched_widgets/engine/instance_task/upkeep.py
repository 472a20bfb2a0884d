"""Reports the heartbeat, the log and the tables to the instance's task at intervals."""

from __future__ import annotations

from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.snapshot import Snapshot, Tables
from clearml_sched_widgets.gateway.base import Gateway

TABLES_EVERY = 30.0  # seconds
HEARTBEAT_EVERY = 60.0  # seconds


class Upkeep:
    """Sends the reports and remembers when. Used by one thread only. Its methods raise GatewayError.

    `tick` is always the time of the engine's monotonic clock, in seconds.
    """

    def __init__(self, gateway: Gateway, context: Context, tables: Tables, tick: float) -> None:
        self._gateway, self._context, self._tables = gateway, context, tables
        self._heartbeat_at = self._tables_at = tick

    def report_due(self, snapshot: Snapshot | None, tick: float) -> None:
        """Send the new lines of the log, and the heartbeat and the tables if they are due."""
        self.flush()
        if tick - self._heartbeat_at >= HEARTBEAT_EVERY:
            self._gateway.ping(self._context.id)
            self._heartbeat_at = tick
        if self._context.tables_outdated and tick - self._tables_at >= TABLES_EVERY:
            self.report_tables(snapshot)
            self._tables_at = tick

    def flush(self) -> None:
        """Send the lines of the log that the server does not have yet."""
        self._context.journal.flush(self._gateway, self._context.id)

    def report_tables(self, snapshot: Snapshot | None) -> None:
        """Send the tables to the instance's task."""
        if snapshot is not None:
            for title, table in self._tables(snapshot).items():
                self._gateway.report_table(self._context.id, title, table)
        self._context.tables_outdated = False
