"""`make faults`: tests real engine processes with 300 kills and 300 network faults. Continues an interrupted run."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs

from clearml_sched_widgets.sandbox import Sandbox
from tests.faults.rounds import Plan, Result, run_round

PLANS = [Plan(seed, kills=5, faults=5) for seed in range(60)]
PARALLEL_ROUNDS = 15
PROGRESS = Path(".faults/progress.json")


class Progress:
    """The results so far, in a file that is replaced atomically."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        path.parent.mkdir(exist_ok=True)
        self.results: dict[str, Result] = {}
        if path.exists():
            self.results = {seed: Result(**row) for seed, row in json.loads(path.read_text()).items()}

    def add(self, plan: Plan, result: Result) -> None:
        with self._lock:
            self.results[str(plan.seed)] = result
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps({seed: attrs.asdict(one) for seed, one in self.results.items()}, indent=1))
            new.replace(self._path)

    def delete(self) -> None:
        """Delete the file, so that the next run starts from the beginning."""
        self._path.unlink(missing_ok=True)


def main() -> int:
    """Run the remaining rounds. Returns 1 if a slot was lost or doubled, or if a round did not end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress, began, broken = Progress(PROGRESS), time.monotonic(), list[str]()
    left = [plan for plan in PLANS if str(plan.seed) not in progress.results]
    print(f"{len(left)} of {len(PLANS)} rounds to go, {PARALLEL_ROUNDS} at once", flush=True)

    def run_one(plan: Plan) -> None:
        try:
            result = run_round(sandbox, plan)
        except Exception as error:  # noqa: BLE001 - the other rounds go on
            broken.append(f"round {plan.seed}: {error!r}")
            print(broken[-1], flush=True)
            return
        progress.add(plan, result)
        bad = [*(f"lost {slot}" for slot in result.lost), *(f"doubled {slot}" for slot in result.doubled)]
        minutes = (time.monotonic() - began) / 60
        print(f"[{minutes:4.1f} min] round {plan.seed}: {', '.join(bad) or 'all slots once'}", flush=True)

    with tempfile.TemporaryDirectory() as folder, Sandbox.start(folder) as sandbox:
        pool = ThreadPoolExecutor(PARALLEL_ROUNDS)
        try:
            list(pool.map(run_one, left))
        except KeyboardInterrupt:
            print("interrupted; start again to go on", flush=True)
            sandbox.kill()
            os._exit(130)  # the rounds under way are dropped, and with this process their engines end
    return report(list(progress.results.values()), broken, progress)


def report(results: list[Result], broken: list[str], progress: Progress) -> int:
    """Print the summary. Returns the exit code."""
    lost, doubled = sum(len(one.lost) for one in results), sum(len(one.doubled) for one in results)
    if broken:
        print(f"{len(broken)} rounds did not end; start again to repeat them", flush=True)
    else:
        progress.delete()
    kills, faults = sum(one.kills for one in results), sum(one.faults for one in results)
    print(f"{kills} kills, {faults} faults: {lost} lost, {doubled} doubled", flush=True)
    return 1 if broken or lost or doubled else 0


if __name__ == "__main__":
    sys.exit(main())
