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
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def instructions(call: Callable[[], object]) -> int:
    """The instructions of the interpreter that a call executes: counts what one line does again and again, too."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
