"""Fixtures of all unit tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clearml_sched_widgets.widgets.host.publisher import PUBLISHER


@pytest.fixture(autouse=True, scope="session")
def quick_publisher() -> Iterator[None]:
    """Let widgets publish changes after 20 ms instead of a quarter of a second, so that tests are fast."""
    usual = PUBLISHER.interval
    PUBLISHER.interval = 0.02
    yield
    PUBLISHER.interval = usual
