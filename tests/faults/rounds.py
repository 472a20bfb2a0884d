"""Tests a real engine behind a proxy: kills and network faults, then a count of lost and doubled slots.

The count uses the server's data: each slot must be launched exactly once.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import attrs

from clearml_sched_widgets import Action, Definition, Interval, Policies, Schedule, codec
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.records import INSTANCE_TAG, RUN_TAG, run_tag
from clearml_sched_widgets.sandbox import Sandbox
from tests.faults import proxy as proxies
from tests.faults.processes import kill, spawn, work
from tests.faults.proxy import KILLS, NETWORK, FaultProxy, Incident
from tests.plain import Plain

INTERVALS = {"two": 2, "three": 3}  # the interval of each item
# The requests of a launch, three times as likely, then those of queues, the log and the lease.
ENDPOINTS = (
    *("tasks.clone", "tasks.enqueue_many", "tasks.get_all_ex", "tasks.edit_configuration") * 3,
    *("queues.get_all", "events.add_batch", "projects.update", "projects.update"),
)
STARTUP_ENDPOINTS = ("auth.login", "projects.create", "projects.get_all", "events.get_task_log")
STARTUP_SHARE = 0.15
TIMEOUT_SECONDS = 180.0
MAX_STOPS = 3  # on a busy machine a request may time out just before a stop
SETTLE_SECONDS = 90.0  # longer than the longest pause of an engine after a server that did not answer


@attrs.frozen(kw_only=True)
class Result:
    """The result of one round: kills, network faults, and lost and doubled slots."""

    kills: int
    faults: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]


@attrs.frozen
class Plan:
    """The plan of one round: a seed, and the numbers of kills and network faults."""

    seed: int
    kills: int
    faults: int

    def incidents(self) -> list[Incident]:
        """The faults in order, determined by the seed."""
        draw = random.Random(self.seed)
        kinds = [draw.choice(KILLS) for _ in range(self.kills)] + [draw.choice(NETWORK) for _ in range(self.faults)]
        draw.shuffle(kinds)
        return [
            Incident(kind, draw.choice(STARTUP_ENDPOINTS))
            if draw.random() < STARTUP_SHARE
            else Incident(kind, draw.choice(ENDPOINTS), draw.randrange(4))
            for kind in kinds
        ]


class Round:
    """One instance with its own queue, on a server that other rounds use at the same time."""

    def __init__(self, sandbox: Sandbox, proxy: FaultProxy, plan: Plan) -> None:
        self._plan, self._proxy = plan, proxy
        self._plain = Plain(sandbox)
        self._environment = {**sandbox.environment(), "CLEARML_API_HOST": proxy.url}
        self._queue = self._plain.call("queues.create", name=f"round {plan.seed} {time.time_ns()}")["id"]
        self._instance = self._create()
        self._executed: Counter[str] = Counter()  # by task
        self._kills = self._faults = 0
        self._killed = False  # by the proxy, on purpose

    def run(self) -> Result:
        """Inject all faults, let the engine catch up and stop it, then count."""
        self._process = spawn(work, self._environment, self._instance)
        self._proxy.kill = self._kill
        try:
            self._wait_until("the first run", lambda: bool(self._launched()))
            for incident in self._plan.incidents():
                self._inject(incident)
                self._run_queued()
            self._wait_until("all due slots", self._caught_up)
            for _ in range(MAX_STOPS):
                self._settle()
                self._stop()
                if not self._missing(Counter(self._launched())):
                    break
                self._process = spawn(work, self._environment, self._instance)  # to launch what was pending at the stop
        finally:
            kill(self._process)
        self._run_queued()
        return self._evaluate()

    def _stop(self) -> None:
        self._plain.call("tasks.stop", task=self._instance)
        self._process.join(30)
        kill(self._process)

    def _create(self) -> str:
        base = self._plain.call("tasks.create", name="faults base", type="training")["id"]
        policies = Policies(missed="all", overlap="allow", catchup_window="1h")
        action = Action(base, self._queue)
        schedules = [Schedule(action, Interval(every=f"{s}s"), policies, id=name) for name, s in INTERVALS.items()]
        texts = {
            instance_task.DEFINITION: codec.dumps(Definition("under fire", schedules)),
            instance_task.STATE: "{}",
            instance_task.WHERE: "kernel",
        }
        return str(
            self._plain.call(
                "tasks.create",
                name="under fire",
                type="service",
                system_tags=[INSTANCE_TAG],
                configuration={name: {"name": name, "value": text} for name, text in texts.items()},
            )["id"]
        )

    def _kill(self) -> None:
        self._killed = True
        kill(self._process)

    def _inject(self, incident: Incident) -> None:
        deadly = incident.kind in KILLS
        if incident.endpoint in STARTUP_ENDPOINTS:
            kill(self._process)
        self._proxy.arm(incident)
        self._wait_until(f"{incident}", self._proxy.fired.is_set)
        if deadly:
            self._kills += 1
            self._process.join(10)
            self._process, self._killed = spawn(work, self._environment, self._instance), False
        else:
            self._faults += 1
        launched = len(self._launched())
        self._wait_until(f"a run after {incident}", lambda: len(self._launched()) > launched)

    def _wait_until(self, what: str, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            assert time.monotonic() < end, f"seed {self._plan.seed}: waited {TIMEOUT_SECONDS:.0f} s for {what}"
            if not self._process.is_alive() and not self._killed:
                self._process = spawn(work, self._environment, self._instance)  # restart it, as its user would
            time.sleep(0.25)

    # -- reads and writes of the server's data
    def _runs(self) -> list[dict[str, str]]:
        """Id, status and scheduler parameters of every run of the instance."""
        runs: list[dict[str, str]] = []
        while True:
            tasks = self._plain.call(
                "tasks.get_all_ex",
                system_tags=["__$all", RUN_TAG, run_tag(self._instance)],
                only_fields=["status", "hyperparams.Scheduler"],
                page=len(runs) // 500,
                page_size=500,
                order_by=["created"],
            )["tasks"]
            for task in tasks:
                section = {name: row["value"] for name, row in task["hyperparams"]["Scheduler"].items()}
                runs.append({"id": task["id"], "status": task["status"], **section})
            if len(tasks) < 500:
                return runs

    def _launched(self) -> list[str]:
        return [run["key"] for run in self._runs() if run["status"] != "created"]

    def _caught_up(self) -> bool:
        keys = set(self._launched())
        edge = datetime.now(timezone.utc) - timedelta(seconds=4)
        return all(any(_slot(key) >= edge for key in keys if key.startswith(f"{item}@")) for item in INTERVALS)

    def _settle(self) -> None:
        """Wait until no slot is missing, or SETTLE_SECONDS: pending launches are retried, not lost."""
        end = time.monotonic() + SETTLE_SECONDS
        while self._missing(Counter(self._launched())) and time.monotonic() < end:
            time.sleep(0.25)

    def _missing(self, keys: Counter[str]) -> list[str]:
        """The slots between the first and the last launched slot of each item that were not launched."""
        missing: list[str] = []
        for item, seconds in INTERVALS.items():
            slots, step = {_slot(key) for key in keys if key.startswith(f"{item}@")}, timedelta(seconds=seconds)
            first, last = min(slots), max(slots)
            expected = {first + step * number for number in range(round((last - first) / step) + 1)}
            missing += [f"{item}@{slot}" for slot in sorted(expected - slots)]
        return missing

    def _run_queued(self) -> None:
        """Run all queued tasks to completion, as an agent does, without delay."""
        while entry := self._plain.call("queues.get_next_task", queue=self._queue).get("entry"):
            self._executed[entry["task"]] += 1
            self._plain.call("tasks.started", task=entry["task"])
            self._plain.call("tasks.completed", task=entry["task"])

    def _evaluate(self) -> Result:
        keys = Counter(run["key"] for run in self._runs() if run["status"] != "created")
        doubled = [key for key, number in keys.items() if number > 1]
        doubled += [task for task, number in self._executed.items() if number > 1]
        began = datetime.fromisoformat(self._plain.task(self._instance)["created"].replace("Z", "+00:00"))
        lost = self._missing(keys)
        for item, seconds in INTERVALS.items():
            slots = sorted(_slot(key) for key in keys if key.startswith(f"{item}@"))
            # The first slot is due after the start of the engine, which takes some seconds.
            if slots[0] - began > timedelta(seconds=30):
                lost.append(f"{item}: nothing before {slots[0]}")
            doubled += [f"{item}@{slot}" for slot in slots if slot.timestamp() % seconds]
        not_executed = [run["key"] for run in self._runs() if run["status"] == "queued"]
        return Result(kills=self._kills, faults=self._faults, lost=(*lost, *not_executed), doubled=tuple(doubled))


def _slot(key: str) -> datetime:
    return datetime.fromisoformat(key.partition("@")[2].replace("Z", "+00:00"))


def run_round(sandbox: Sandbox, plan: Plan) -> Result:
    """Run one round with its own proxy."""
    with proxies.running(sandbox.api_url) as proxy:
        return Round(sandbox, proxy, plan).run()
