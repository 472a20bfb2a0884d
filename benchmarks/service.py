"""Measures the first list in a fresh kernel, and a service: its start and its memory. Beside each, the SDK's way.

That is the same with the configuration read by the SDK, for which clearml is imported.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

from benchmarks.report import Row
from benchmarks.server import Bench, start_bench

ROUNDS = 10  # the median counts
DELAY = 0.02  # seconds that the server waits before each answer
TIMEOUT = 60.0  # seconds
INSTANCES = 20  # in the list
SDK = "the configuration read by the SDK"
CELL = """
from clearml_sched_widgets import SchedulerApp
SchedulerApp()
"""
# In front of the cell.
BY_SDK = """
from clearml_sched_widgets.gateway import configuration, sdk_configuration
configuration.plain_configuration.account = sdk_configuration.account
"""


def rows() -> list[Row]:
    with start_bench(delay=DELAY) as bench:
        made = bench.run_child("instances", INSTANCES)
        assert made["instances"] == INSTANCES
        first = _first_list_row(bench)
    with start_bench() as bench:
        return [first, *_service_rows(bench)]


# -- the first list
def _first_list_row(bench: Bench) -> Row:
    first_list(bench, ""), first_list(bench, BY_SDK)  # warm the disk
    pairs = [(first_list(bench, ""), first_list(bench, BY_SDK)) for _ in range(ROUNDS)]
    ours, sdk = (statistics.median(pair[number] for pair in pairs) for number in range(2))
    return Row(name="first_list_s", unit="s", ours=ours, peer_name=SDK, peer=sdk)


def first_list(bench: Bench, before: str) -> float:
    """Seconds from sending the cell until the page gets the list, in a kernel that has imported nothing of it."""
    manager = KernelManager()
    manager.start_kernel(env=bench.variables(), cwd=str(bench.sandbox.folder))
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        began = time.perf_counter()
        client.execute(before + CELL)
        while not _has_list(client.get_iopub_msg(timeout=TIMEOUT)):
            pass
        return time.perf_counter() - began
    except Empty:
        raise RuntimeError("no list came") from None
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _has_list(message: dict[str, Any]) -> bool:
    if message["msg_type"] == "error":
        raise RuntimeError("\n".join(message["content"]["traceback"]))
    state = message["content"].get("data", {}).get("state", {}) if message["msg_type"] == "comm_msg" else {}
    return len(state.get("instances", ())) == INSTANCES


# -- the service
def _service_rows(bench: Bench) -> list[Row]:
    pairs = [(_start_seconds(bench, "plain"), _start_seconds(bench, "sdk")) for _ in range(ROUNDS)]
    ours, sdk = (statistics.median(pair[number] for pair in pairs) for number in range(2))
    memory, memory_sdk = (bench.run_child("service_memory", how)["rss_mb"] for how in ("plain", "sdk"))
    return [
        Row(name="service_start_s", unit="s", ours=ours, peer_name=SDK, peer=sdk),
        Row(name="service_rss_mb", unit="MB", ours=memory, peer_name=SDK, peer=memory_sdk),
    ]


def _start_seconds(bench: Bench, how: str) -> float:
    """Seconds from the start of a service's process until its engine runs, beyond those of a Python without a task."""
    made = bench.run_child("service_start", how)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True, env=bench.variables())
    return float(made["took"]) - (time.perf_counter() - began)
