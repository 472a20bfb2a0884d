"""Runs engines in their own processes. They are forked with all imports done, so a start takes milliseconds."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from multiprocessing.queues import Queue

import clearml.backend_api  # noqa: F401 - what a gateway imports when it first connects

from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.views.history import tables

TIMEOUT = 2.0  # seconds that an engine waits for an answer

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload([__name__, "tests.faults.rounds"])


def _engine(environment: dict[str, str], instance_id: str) -> Engine:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the parent process handles Ctrl-C
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(environment)
    return Engine(instance_id, ClearMLGateway(timeout=TIMEOUT), tables=tables)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def work(environment: dict[str, str], instance_id: str) -> None:
    """Run an engine until the instance is stopped, as an agent does."""
    _engine(environment, instance_id).run()


def start(environment: dict[str, str], instance_id: str, outcomes: Queue[tuple[int, str]]) -> None:
    """Start an engine in a thread, as a kernel does, and wait for its end.

    Puts the process id and the error into the queue; the error is empty if the start succeeded.
    """
    engine = _engine(environment, instance_id)
    try:
        engine.start()
    except SchedulerError as error:
        outcomes.put((os.getpid(), str(error)))
        return
    outcomes.put((os.getpid(), ""))
    if engine.thread is not None:
        engine.thread.join()


def spawn(target: Callable[..., None], *args: object) -> ForkServerProcess:
    """Start a process that runs a function of this module."""
    process = context.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def kill(process: ForkServerProcess) -> None:
    """Kill a process with SIGKILL, and wait for its end."""
    process.kill()
    process.join(10)
