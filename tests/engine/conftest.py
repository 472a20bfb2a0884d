"""Fixtures of the engine tests: a world on a virtual clock, a manager on an in-memory server, and real kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clearml_sched_widgets import Manager
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.sandbox import Sandbox
from tests.engine.bench import Bench
from tests.engine.kernels import Kernel
from tests.engine.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def gateway() -> MemoryGateway:
    """An in-memory server on the real clock."""
    gateway = MemoryGateway()
    gateway.add_queue("default")
    gateway.add_queue("services", watched=False)
    return gateway


@pytest.fixture
def manager(gateway: MemoryGateway) -> Iterator[Manager]:
    """A manager on the in-memory server. Instances that still run at the end are stopped."""
    manager = Manager(gateway=gateway)
    yield manager
    for instance in manager.instances():
        if instance.status in ("running", "paused"):
            instance.stop()


@pytest.fixture
def start_kernel(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[[], Kernel]]:
    """Starts kernels in the test's folder that are connected to the sandbox. All are killed at the end."""
    kernels: list[Kernel] = []

    def start() -> Kernel:
        kernels.append(Kernel(sandbox.environment(), tmp_path))
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.kill()
