"""Runs the engine of one instance step by step, in a thread or in the foreground."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

import attrs

from clearml_sched_widgets.engine.clock import Clock, SystemClock
from clearml_sched_widgets.engine.context import Lasting
from clearml_sched_widgets.engine.failures import Failures
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.lease import RENEW_EVERY, TAKEOVER_PAUSE, TTL, LeaseLost, LeaseRegained
from clearml_sched_widgets.engine.instance_task.task import read, read_task
from clearml_sched_widgets.engine.instance_task.upkeep import Upkeep
from clearml_sched_widgets.engine.launching.batch import Batch
from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.engine.snapshot import Snapshot, Tables, snapshot_of_other, take_snapshot
from clearml_sched_widgets.engine.step import Stepper
from clearml_sched_widgets.errors import GatewayError, InstanceStateError, NotFound, RetryableError, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway

TICK = 1.0  # seconds: the longest pause between two steps
LEASE_RETRY_EVERY = 1.0  # seconds between two attempts to acquire a lease that another engine holds
LIVE_HOLDER_TIMEOUT = 2 * RENEW_EVERY  # seconds within which a live holder is seen to renew its lease
PROCESS_ENDED = "its process ended"  # the reason of the status of an instance that was stopped for that


class Engine:
    """Runs one instance until it is stopped, in this process or in ClearML.

    The methods in the section "for other threads" may be called from any thread.
    """

    def __init__(
        self,
        instance_id: str,
        gateway: Gateway,
        *,
        clock: Clock | None = None,
        tables: Tables = lambda _: {},
        functions: Functions | None = None,
    ) -> None:
        self.id = instance_id
        self._gateway, self._tables = gateway, tables
        self._clock = clock or SystemClock()
        self._lasting = Lasting(instance_id, gateway, self._clock, functions or Functions())
        self._lasting.batch.on_change = self._notify
        self._set_stepper(Stepper(self._lasting))
        self._is_broken = False  # an unforeseen error was raised outside of every guard: the core is opened anew
        self._keeps_lease = False  # by a thread of its own, which `start` and `run` ask for
        self._stop_reason = "Stopped by its user"
        self._wake, self._stop = threading.Event(), threading.Event()
        self._step_waiters: deque[threading.Event] = deque()  # set after the next step that succeeds
        self.thread: threading.Thread | None = None  # made by `start`
        self._failures = Failures(self._lasting.journal, self._clock)
        self._opened = self._has_ended = self._had_contact = False
        self._error: Exception | None = None  # why it could not open the instance, or an unexpected error
        self._waits_for_live_holder = False  # set by `run`; `start` raises instead
        self.snapshot: Snapshot | None = None
        self.on_change: Callable[[], None] = lambda: None  # called when a snapshot differs from the one before

    def _set_stepper(self, stepper: Stepper) -> None:
        self._stepper, self._context = stepper, stepper.context
        self._upkeep = Upkeep(self._gateway, stepper.context, self._tables, self._clock.monotonic())

    # -- for other threads
    @property
    def running(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    @property
    def batch(self) -> Batch | None:
        """The batch that is being launched, or was launched last."""
        return self._lasting.batch.latest

    def start(self) -> None:
        """Acquire the lease and run the engine in a thread of its own.

        If another engine holds the lease but does not renew it, returns after LIVE_HOLDER_TIMEOUT seconds; the
        thread then waits until the lease expires.

        Raises InstanceStateError if a live engine holds the lease, GatewayError.
        """
        self._keeps_lease = True
        deadline = self._clock.monotonic() + LIVE_HOLDER_TIMEOUT
        while not self._try_open():
            self._raise_if_holder_alive()  # after the last attempt too: it may be the first to see a renewal
            if self._clock.monotonic() >= deadline:
                break
            self._clock.wait(self._wake, LEASE_RETRY_EVERY)
        self.thread = threading.Thread(target=self._run, name=f"clearml-sched-{self.id[:8]}", daemon=True)
        self.thread.start()

    def command(self, command: Command) -> None:
        """Queue a command for the engine's thread."""
        self._lasting.inbox.append(command)
        self._wake.set()

    def wait_for_commands(self, timeout: float = 2.0) -> bool:
        """Wait at most `timeout` seconds until the snapshot shows the effect of all commands queued so far.

        Returns False only if the engine has ended before it carried them out.
        """
        if threading.current_thread() is self.thread:
            return True
        done = threading.Event()
        self._step_waiters.append(done)
        self._wake.set()
        if not self._has_ended:
            done.wait(timeout)
        return not self._has_ended or done not in self._step_waiters

    def stop(self, timeout: float = 30.0) -> None:
        """Stop after the current step and mark the instance as stopped. Waits for this at most `timeout` seconds."""
        self.ask_to_stop()
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join(timeout)

    def end_with_process(self, timeout: float) -> None:
        """Stop because this process ends. Waits at most `timeout` seconds for the server."""
        self._stop_reason = PROCESS_ENDED
        self.ask_to_stop()
        if self.running and self.thread is not None:
            self.thread.join(timeout)

    def abandon(self) -> None:
        """Clean up after an interrupted `start`, because no caller knows of this engine."""
        self.ask_to_stop()
        if self.running:
            return
        if not self._opened:
            with contextlib.suppress(GatewayError, LeaseLost):
                self._lasting.lease.ensure_held()  # only the holder may set the status
                self._gateway.set_status(self.id, "stopped", "Interrupted while it began")
        self._close()

    def refresh_runs(self) -> None:
        """Read the runs at once, because the caller knows that one has changed. Waits like `wait_for_commands`."""
        self._stepper.refresh_now = True
        self.wait_for_commands()

    def ask_to_stop(self) -> None:
        """Ask the engine to stop after the current step. Returns at once."""
        self._stop.set()
        self._wake.set()

    # -- in the engine's thread
    def open(self) -> None:
        """Acquire the lease and read the instance's state and runs, without waiting.

        Raises InstanceStateError if another engine holds the lease, GatewayError.
        """
        if not self._try_open():
            raise InstanceStateError(self._waiting_message())

    def run(self) -> None:
        """Run in the calling thread until the instance is stopped. Waits as long as another engine holds the lease.

        Raises SchedulerError if the instance cannot be opened. Raises an unexpected error after it was logged, because
        the agent of a process that exits normally would mark the instance as completed.
        """
        self._waits_for_live_holder = self._keeps_lease = True
        self._run()
        if self._error is not None:
            raise self._error

    def _try_open(self) -> bool:
        """Try to acquire the lease and open the instance. Returns False if another engine holds the lease."""
        lease = self._lasting.lease
        if not lease.acquire():
            self._publish_waiting()
            return False
        if self._keeps_lease:
            lease.keep()
        try:
            self._stepper.open()
        except Exception:
            self._release()
            raise
        with contextlib.suppress(GatewayError):  # a later start deletes what is left now
            lease.delete_orphans()
        self._failures.problem = ""
        self._publish(self._lasting.server_time())
        self._opened = True
        return True

    def _publish_waiting(self) -> None:
        """Log that another engine holds the lease, and publish a snapshot that says so."""
        text, journal = self._waiting_message(), self._lasting.journal
        if text != self._failures.problem:
            journal.warning(f"{text}.")
        if self.snapshot is None or text != self._failures.problem:
            now = self._lasting.server_time()
            self.snapshot = snapshot_of_other(read(self._gateway, self.id), journal.lines, text, now)
        self._failures.problem = text

    def _waiting_message(self) -> str:
        holder = self._lasting.lease.holder or "another process"
        return f"Waiting: this process takes over when {holder} has been silent for {TTL + TAKEOVER_PAUSE:.0f} s"

    def _raise_if_holder_alive(self) -> None:
        """Raise InstanceStateError if the holder is alive, unless it was stopped: then it releases the lease soon."""
        lease = self._lasting.lease
        if lease.holder_alive and read_task(self._gateway, self.id).status == "in_progress":
            raise InstanceStateError(f"The instance is run by {lease.holder}; stop it there first.")

    def _wait_for_lease(self) -> None:
        """Wait until this engine has the lease, is stopped, or ends because it finds that the holder is alive."""
        while not self._opened and not self._stop.is_set() and not self._stepper.ended:
            pause = LEASE_RETRY_EVERY
            try:
                if not self._try_open() and not self._waits_for_live_holder:
                    self._raise_if_holder_alive()
                self._had_contact = True
            except (LeaseLost, LeaseRegained):
                continue  # another engine took the lease before the instance was open
            except GatewayError as error:
                if isinstance(error, NotFound) or not (self._had_contact or isinstance(error, RetryableError)):
                    self._stepper.ended, self._error = str(error), error
                self._failures.record(error)
                pause = self._failures.backoff_seconds
            except SchedulerError as error:
                self._stepper.ended, self._error = str(error), error
            if not self._opened:
                self._clock.wait(self._stop, pause)

    def _run(self) -> None:
        try:
            self._run_steps()
        except Exception as error:  # noqa: BLE001 - a thread that ends silently would look as if it still ran
            self._end_with_error(error)
        finally:
            self._lasting.lease.stop_keeping()  # whatever has ended this thread: nobody works on the instance any more
            self._has_ended = True
            for done in tuple(self._step_waiters):
                done.set()

    def _end_with_error(self, error: Exception) -> None:
        """End the engine after an unexpected error, and show it in the log, the snapshot and the task's status."""
        journal = self._lasting.journal
        self._error = error
        self._stepper.ended = self._failures.problem = f"The scheduler ended by an error of its own: {error!r}"
        journal.error(self._failures.problem)
        if self.snapshot is not None:
            self.snapshot = attrs.evolve(
                self.snapshot,
                lines=journal.lines,
                problem=self._failures.problem,
                waiting=False,
                running=False,
                now=self._lasting.server_time(),
            )
        with contextlib.suppress(GatewayError):
            self._upkeep.flush()
            self._gateway.set_status(self.id, "failed", self._failures.problem)
        self._release()

    def _run_steps(self) -> None:
        self._wait_for_lease()
        while not self._stop.is_set() and not self._stepper.ended:
            self._wake.clear()
            pause = self.step()
            if not self._stepper.ended:
                self._sleep(pause)
        self._close()

    def _sleep(self, seconds: float) -> None:
        """Sleep until the engine is woken, at most `seconds`. Renews the lease, so that it outlasts a long backoff."""
        deadline = self._clock.monotonic() + seconds
        while not self._wake.is_set() and (left := deadline - self._clock.monotonic()) > 0:
            self._clock.wait(self._wake, min(left, RENEW_EVERY))
            if left > RENEW_EVERY:
                self._renew_lease()

    def _renew_lease(self) -> None:
        try:
            self._lasting.lease.ensure_held()
        except LeaseLost as lost:
            self._stepper.ended = str(lost)
        except LeaseRegained:
            self._is_broken = True
        except GatewayError:
            return  # the next step reports it if it persists

    def step(self) -> float:
        """Run one step and return the seconds to wait. A failed request is logged and tried again after a pause."""
        waiters, failures, before = len(self._step_waiters), self._failures, self._failures.count
        try:
            self._step_once()
        except LeaseLost as lost:
            self._stepper.ended = str(lost)
        except LeaseRegained as regained:
            self._lasting.journal.warning(f"{regained}: it is read anew.")
            self._is_broken = True
            return 0.0
        except GatewayError as error:
            failures.record(error)
        except Exception as error:  # noqa: BLE001 - an engine outlives what nobody foresaw
            self._is_broken = True
            failures.record_unforeseen(error)
        now = self._lasting.server_time()
        self._publish(now)
        if failures.count > before:
            return failures.backoff_seconds
        if self._stepper.ended:
            return 0.0  # commands that came meanwhile were not carried out
        for _ in range(waiters):
            self._step_waiters.popleft().set()
        return self._stepper.idle_seconds(now, TICK)

    def _step_once(self) -> None:
        lasting = self._lasting
        if self._is_broken:
            self._reopen()
        self._stepper.step()
        lasting.tell_notes()
        self._upkeep.report_due(self.snapshot, self._clock.monotonic())
        lasting.lease.step += 1
        self._failures.record_success()

    def _reopen(self) -> None:
        """Throw the core away and open it anew from the server, as a new process would. Keeps the lease."""
        self._lasting.lease.ensure_held()
        stepper = Stepper(self._lasting)
        stepper.open(again=True)
        self._set_stepper(stepper)
        self._is_broken = False

    def _notify(self) -> None:
        self.on_change()  # read at each call, because it may be set after this engine is made

    def _publish(self, now: datetime) -> None:
        before = self.snapshot
        self.snapshot = take_snapshot(self._context, self._failures.problem, now, running=not self._stepper.ended)
        if before is None or self.snapshot.differs_from(before):
            self.on_change()

    def _close(self) -> None:
        """Write the log, the tables, the state and the status to the server, and release the lease."""
        stepper = self._stepper
        if not self._opened:
            self._close_unopened()
            return
        self._lasting.journal.info(f"Stopped: {stepper.ended}." if stepper.ended else "Stopped.")
        ended_by_step = bool(stepper.ended)
        stepper.ended = stepper.ended or "it was stopped"
        self._publish(self._lasting.server_time())
        try:
            self._upkeep.flush()
            if self._stop_reason != PROCESS_ENDED:  # there are two seconds at most
                self._upkeep.report_tables(self.snapshot)
            if not ended_by_step or stepper.asked_to_stop:
                stepper.save()
                self._gateway.set_status(self.id, "stopped", self._stop_reason)
        except SchedulerError as error:
            self._failures.problem = str(error)
            self._publish(self._lasting.server_time())
        self._release()

    def _close_unopened(self) -> None:
        if self.snapshot is not None:
            why = self._stepper.ended or "It was stopped while it waited"
            now = self._lasting.server_time()
            self.snapshot = attrs.evolve(self.snapshot, problem=why, waiting=False, running=False, now=now)
        self._release()

    def _release(self) -> None:
        try:
            self._lasting.lease.release()
        except GatewayError as error:
            self._lasting.journal.warning(f"The lease was not given back: {error}")
