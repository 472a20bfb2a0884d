"""Reports the heartbeat, the log and the tables to the instance's task at intervals."""

from __future__ import annotations

from datetime import datetime, timedelta

from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.snapshot import Snapshot, Tables
from clearml_sched_widgets.gateway.base import Gateway

TABLES_EVERY = timedelta(seconds=30)
HEARTBEAT_EVERY = timedelta(seconds=60)


class Upkeep:
    """Sends the reports and remembers when. Used by one thread only. Its methods raise GatewayError."""

    def __init__(self, gateway: Gateway, context: Context, tables: Tables, now: datetime) -> None:
        self._gateway, self._context, self._tables = gateway, context, tables
        self.restart(now)

    def restart(self, now: datetime) -> None:
        """Restart the intervals at `now`."""
        self._heartbeat_at = self._tables_at = now

    def report_due(self, snapshot: Snapshot | None, now: datetime) -> None:
        """Send the new lines of the log, and the heartbeat and the tables if they are due."""
        self._heartbeat_at, self._tables_at = (
            min(self._heartbeat_at, now),
            min(self._tables_at, now),
        )  # the clock may have gone back
        self.flush()
        if now - self._heartbeat_at >= HEARTBEAT_EVERY:
            self._gateway.ping(self._context.id)
            self._heartbeat_at = now
        if self._context.tables_outdated and now - self._tables_at >= TABLES_EVERY:
            self.report_tables(snapshot)
            self._tables_at = now

    def flush(self) -> None:
        """Send the lines of the log that the server does not have yet."""
        self._context.journal.flush(self._gateway, self._context.id)

    def report_tables(self, snapshot: Snapshot | None) -> None:
        """Send the tables to the instance's task."""
        if snapshot is not None:
            for title, table in self._tables(snapshot).items():
                self._gateway.report_table(self._context.id, title, table)
        self._context.tables_outdated = False
