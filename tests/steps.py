"""Counts the lines or instructions of Python that a call runs: a measure of work that other load does not change."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# A line takes about 60 ns on the machines of the benchmarks, so these are about 50 µs and 0.3 ms.
USUAL_STEPS, MOST_STEPS = 800, 5000


def steps(call: Callable[[], object]) -> int:
    """The number of lines that a call runs, in all modules."""
    return _events(call, "line")


def instructions(call: Callable[[], object]) -> int:
    """The number of bytecode instructions that a call runs, which also shows loops within one line."""
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
