"""Fixtures that every kind of test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from clearml_sched_widgets.sandbox import Sandbox

settings.register_profile("busy machine", deadline=None)  # a time limit per example fails on a busy machine
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A server for the whole session. Tests share it, so each must use unique names."""
    with Sandbox.start(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture
def fresh_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A server for one test only."""
    with Sandbox.start(tmp_path / "sandbox") as started:
        yield started
