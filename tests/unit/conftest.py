"""What the unit tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clearml_sched_widgets.widgets.host.publisher import PUBLISHER


@pytest.fixture(autouse=True, scope="session")
def quick_publisher() -> Iterator[None]:
    """Widgets show what is new after some milliseconds, not after a quarter of a second: nobody looks at these."""
    usual = PUBLISHER.interval
    PUBLISHER.interval = 0.02
    yield
    PUBLISHER.interval = usual
