"""How much work a call does, whatever the machine does beside it: the lines of Python that it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# A line takes some 60 ns on the machines that the benchmarks ran on: these are about 50 µs and 0.3 ms.
USUAL_STEPS, MOST_STEPS = 800, 5000


def steps(call: Callable[[], object]) -> int:
    """The lines that a call runs, in whatever module they are."""
    return _events(call, "line")


def instructions(call: Callable[[], object]) -> int:
    """The instructions of the interpreter that a call executes: counts what one line does again and again, too."""
    return _events(call, "opcode")


def _events(call: Callable[[], object], kind: str) -> int:
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = kind == "line", kind == "opcode"
        count += event == kind
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
