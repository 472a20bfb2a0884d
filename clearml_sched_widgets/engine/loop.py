"""The engine of one instance: one step after the other, in a thread or in the foreground."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

import attrs

from clearml_sched_widgets.engine.clock import Clock, SystemClock
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.lease import QUIET, RENEW_EVERY, TTL, LeaseLost
from clearml_sched_widgets.engine.instance_task.task import EngineTask, read, read_task
from clearml_sched_widgets.engine.instance_task.upkeep import Upkeep
from clearml_sched_widgets.engine.launching.batch import Batch
from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.engine.snapshot import Snapshot, Tables, snapshot_of_other, take_snapshot
from clearml_sched_widgets.engine.step import Stepper
from clearml_sched_widgets.errors import GatewayError, InstanceStateError, RetryableError, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway

TICK = 1.0  # seconds: the longest sleep between two steps
LONGEST_BACKOFF = 60.0
LOOK_EVERY = 1.0  # seconds between two looks at the lease that another engine holds
PATIENCE = 2 * RENEW_EVERY  # seconds in which a holder that is alive shows it


class Engine:
    """Works on one instance until it is stopped, here or in ClearML. Public methods may be called from any thread."""

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
        self._gateway = gateway
        self._clock = clock or SystemClock()
        self._task = EngineTask(gateway, instance_id)
        self._stepper = Stepper(instance_id, gateway, self._task, self._clock, functions)
        self._context = self._stepper.context
        self._upkeep = Upkeep(gateway, self._context, tables, self._clock.now())
        self._wake, self._stop = threading.Event(), threading.Event()
        self._watching: deque[threading.Event] = deque()  # set after the next step that succeeds
        self.thread: threading.Thread | None = None  # where it works, once it was started
        self._problem, self._failures = "", 0
        self._opened = self._over = False
        self._error: Exception | None = None  # why it could not begin, or an error of our own
        self._patient = False  # waits for the lease even if its holder is alive
        self.snapshot: Snapshot | None = None
        self.on_change: Callable[[], None] = lambda: None  # called when a snapshot differs from the one before
        self._context.batch.on_change = self._tell

    # -- for other threads
    @property
    def running(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    @property
    def batch(self) -> Batch | None:
        """The batch that is being launched, or was launched last."""
        return self._context.batch.latest

    def start(self) -> None:
        """Take the instance, and work in a thread of its own.

        If another engine held it and went silent, returns after seconds, and the thread waits for its lease to expire.
        Raises InstanceStateError if another engine works on it, GatewayError if the server does not let us.
        """
        end = self._clock.monotonic() + PATIENCE
        while not self._begin():
            self._refuse_if_busy()  # after the last look too: on a busy machine it may be the first that sees a sign
            if self._clock.monotonic() >= end:
                break
            self._clock.wait(self._wake, LOOK_EVERY)
        self.thread = threading.Thread(target=self._run, name=f"clearml-sched-{self.id[:8]}", daemon=True)
        self.thread.start()

    def command(self, command: Command) -> None:
        """Queue a command for the engine's thread."""
        self._stepper.inbox.append(command)
        self._wake.set()

    def wait_for_commands(self, timeout: float = 2.0) -> bool:
        """Wait until the snapshot shows what was commanded so far, at most `timeout` seconds.

        False if the engine has ended, and leaves what it had not done yet undone for good.
        """
        if threading.current_thread() is self.thread:
            return True
        done = threading.Event()
        self._watching.append(done)
        self._wake.set()
        if not self._over:
            done.wait(timeout)
        return not self._over or done not in self._watching

    def stop(self, timeout: float = 30.0) -> None:
        """End after the step under way, and mark the instance as stopped. Waits for it at most `timeout` seconds."""
        self.ask_to_stop()
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join(timeout)

    def abandon(self) -> None:
        """End what `start` had half begun when it was interrupted: nobody would know of it."""
        self.ask_to_stop()
        if self.running:
            return
        if not self._opened:
            with contextlib.suppress(GatewayError, LeaseLost):
                self._context.lease.ensure_held()  # only what is ours may be marked
                self._gateway.set_status(self.id, "stopped", "Interrupted while it began")
        self._close()

    def refresh_runs(self) -> None:
        """See at once what became of the runs: somebody knows that one of them has changed."""
        self._stepper.look = True
        self.wait_for_commands()

    def ask_to_stop(self) -> None:
        """End after the step under way. Returns at once."""
        self._stop.set()
        self._wake.set()

    # -- in the engine's thread
    def open(self) -> None:
        """Take the instance at once: read its state, and what became of its runs.

        Raises InstanceStateError if another engine holds it, GatewayError.
        """
        if not self._begin():
            raise InstanceStateError(self._waiting())

    def run(self) -> None:
        """Work in the calling thread until the instance is stopped. Waits as long as another engine works on it.

        Raises SchedulerError if there is nothing that it could work on, and an error of our own once it has been told:
        a process that ended well would have its agent mark the instance as completed.
        """
        self._patient = True
        self._run()
        if self._error is not None:
            raise self._error

    def _begin(self) -> bool:
        """Try to get the lease, and then read what there is. False if another engine holds it."""
        if not self._context.lease.acquire():
            self._show_waiting()
            return False
        try:
            self._stepper.open()
        except SchedulerError:
            self._release()
            raise
        with contextlib.suppress(GatewayError):  # what is not swept now is swept at a later start
            self._context.lease.sweep()
        self._problem = ""
        now = self._clock.now()
        self._upkeep.begin(now)
        self._publish(now)
        self._opened = True
        return True

    def _show_waiting(self) -> None:
        """What the screen shows of an instance that is not ours yet."""
        text, journal = self._waiting(), self._context.journal
        if text != self._problem:
            journal.warning(f"{text}.")
        if self.snapshot is None or text != self._problem:
            self.snapshot = snapshot_of_other(read(self._gateway, self.id), journal.lines, text, self._clock.now())
        self._problem = text

    def _waiting(self) -> str:
        holder = self._context.lease.holder or "another process"
        return f"Waiting: this process takes over when {holder} has been silent for {TTL + QUIET:.0f} s"

    def _refuse_if_busy(self) -> None:
        """Another engine that is at work ends the wait; one that was stopped gives its lease back in a moment."""
        lease = self._context.lease
        if lease.alive and read_task(self._gateway, self.id).status == "in_progress":
            raise InstanceStateError(f"The instance is run by {lease.holder}; stop it there first.")

    def _wait_for_lease(self) -> None:
        """Until it is ours, we are stopped, or the instance turns out to be in other hands."""
        while not self._opened and not self._stop.is_set() and not self._stepper.ended:
            pause = LOOK_EVERY
            try:
                if not self._begin() and not self._patient:
                    self._refuse_if_busy()
            except LeaseLost:
                continue  # overtaken before it began
            except RetryableError as error:
                self._failed(error)
                pause = self._backoff()
            except SchedulerError as error:
                self._stepper.ended, self._error = str(error), error
            if not self._opened:
                self._clock.wait(self._stop, pause)
        self._failures = 0

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - a thread that ends in silence looks as if it went on
            self._broken(error)
        finally:
            self._over = True
            for done in tuple(self._watching):
                done.set()

    def _broken(self, error: Exception) -> None:
        """An error of our own ends the engine, visibly: in the log, on the screen and as the task's status."""
        journal = self._context.journal
        self._error = error
        self._stepper.ended = self._problem = f"The scheduler ended by an error of its own: {error!r}"
        journal.error(self._problem)
        if self.snapshot is not None:
            self.snapshot = attrs.evolve(
                self.snapshot,
                lines=journal.lines,
                problem=self._problem,
                waiting=False,
                running=False,
                now=self._clock.now(),
            )
        with contextlib.suppress(GatewayError):
            self._upkeep.flush()
            self._gateway.set_status(self.id, "failed", self._problem)
        self._release()

    def _work(self) -> None:
        self._wait_for_lease()
        while not self._stop.is_set() and not self._stepper.ended:
            self._wake.clear()
            pause = self.step()
            if not self._stepper.ended:
                self._rest(pause)
        self._close()

    def _rest(self, seconds: float) -> None:
        """Wait, and keep the lease meanwhile: a server that fails some requests is no reason to lose it."""
        end = self._clock.monotonic() + seconds
        while not self._wake.is_set() and (left := end - self._clock.monotonic()) > 0:
            self._clock.wait(self._wake, min(left, RENEW_EVERY))
            if left > RENEW_EVERY:
                self._keep()

    def _keep(self) -> None:
        try:
            self._context.lease.ensure_held()
        except LeaseLost as lost:
            self._stepper.ended = str(lost)
        except GatewayError:
            return  # the next step says so, if it is still the case

    def step(self) -> float:
        """One step. A server that does not answer is a pause and a line in the log, not an end. Seconds to wait."""
        now, watching = self._clock.now(), len(self._watching)
        try:
            self._stepper.step(now)
            self._upkeep.do(self.snapshot, now)
            self._recovered()
        except LeaseLost as lost:
            self._stepper.ended = str(lost)
        except GatewayError as error:
            self._failed(error)
        self._publish(now)
        if self._failures:
            return self._backoff()
        if self._stepper.ended:
            return 0.0  # what was commanded meanwhile was not done
        for _ in range(watching):
            self._watching.popleft().set()
        return self._stepper.idle_seconds(self._clock.now(), TICK)

    def _backoff(self) -> float:
        return min(LONGEST_BACKOFF, 2.0 ** min(self._failures, 6))

    def _failed(self, error: GatewayError) -> None:
        self._failures += 1
        if str(error) != self._problem:
            advice = "trying again" if isinstance(error, RetryableError) else "trying again every minute"
            self._context.journal.warning(f"{error} ({advice})")
        self._problem = str(error)

    def _recovered(self) -> None:
        if self._failures:
            self._context.journal.info("The server answers again.")
        self._failures, self._problem = 0, ""

    def _tell(self) -> None:
        self.on_change()  # whoever listens may come later than this engine is made

    def _publish(self, now: datetime) -> None:
        before = self.snapshot
        self.snapshot = take_snapshot(self._context, self._problem, now, running=not self._stepper.ended)
        if before is None or self.snapshot.differs_from(before):
            self.on_change()

    def _close(self) -> None:
        """The last words: the log, the tables and the state are on the server when the instance ends."""
        core = self._stepper
        if not self._opened:
            self._end_waiting()
            return
        self._context.journal.info(f"Stopped: {core.ended}." if core.ended else "Stopped.")
        foreign = bool(core.ended)
        core.ended = core.ended or "it was stopped"
        self._publish(self._clock.now())
        try:
            self._upkeep.flush()
            self._upkeep.report_tables(self.snapshot)
            if not foreign or core.asked_to_stop:
                core.save()
                self._gateway.set_status(self.id, "stopped", "Stopped by its user")
        except (GatewayError, LeaseLost) as error:
            self._problem = str(error)
            self._publish(self._clock.now())
        self._release()

    def _end_waiting(self) -> None:
        if self.snapshot is not None:
            why = self._stepper.ended or "It was stopped while it waited"
            now = self._clock.now()
            self.snapshot = attrs.evolve(self.snapshot, problem=why, waiting=False, running=False, now=now)
        self._release()

    def _release(self) -> None:
        try:
            self._context.lease.release()
        except GatewayError as error:
            self._context.journal.warning(f"The lease was not given back: {error}")
