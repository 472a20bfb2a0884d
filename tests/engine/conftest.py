"""What the tests of the engine begin with: a world on a virtual clock, a manager of this process, or real kernels."""

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
    """A server in memory on the real clock."""
    gateway = MemoryGateway()
    gateway.add_queue("default")
    gateway.add_queue("services", watched=False)
    return gateway


@pytest.fixture
def manager(gateway: MemoryGateway) -> Iterator[Manager]:
    """Of the server in memory. What still runs at the end is stopped."""
    manager = Manager(gateway=gateway)
    yield manager
    for instance in manager.instances():
        if instance.status in ("running", "paused"):
            instance.stop()


@pytest.fixture
def start_kernel(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[[], Kernel]]:
    """Starts one more kernel, connected to the sandbox, in the test's own folder. All are killed at the end."""
    kernels: list[Kernel] = []

    def start() -> Kernel:
        kernels.append(Kernel(sandbox.environment(), tmp_path))
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.kill()
