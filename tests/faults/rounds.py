"""One instance under fire: a real engine behind a proxy is killed and cut off again and again, then all is counted.

The count is made on the server's own data, by plain requests: every slot launched, none twice.
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

EVERY = {"two": 2, "three": 3}  # seconds, by item
# The steps of a launch, those of the lease, and what goes on beside them; the first ones more often.
ENDPOINTS = (
    *("tasks.clone", "tasks.enqueue_many", "tasks.get_all_ex", "tasks.edit_configuration") * 3,
    *("queues.get_all", "events.add_batch", "projects.update", "projects.update"),
)
AT_START = ("auth.login", "projects.create", "projects.get_all", "events.get_task_log")
SHARE_AT_START = 0.15
PATIENCE = 180.0  # seconds
MOST_STOPS = 3  # on a busy machine a request may time out just before one
SETTLE = 90.0  # seconds; longer than the longest pause after a server that did not answer


@attrs.frozen(kw_only=True)
class Result:
    """What one round found."""

    kills: int
    faults: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]


@attrs.frozen
class Plan:
    """A seed, and how often to kill and to disturb."""

    seed: int
    kills: int
    faults: int

    def incidents(self) -> list[Incident]:
        """The same for the same seed."""
        draw = random.Random(self.seed)
        kinds = [draw.choice(KILLS) for _ in range(self.kills)] + [draw.choice(NETWORK) for _ in range(self.faults)]
        draw.shuffle(kinds)
        return [
            Incident(kind, draw.choice(AT_START))
            if draw.random() < SHARE_AT_START
            else Incident(kind, draw.choice(ENDPOINTS), draw.randrange(4))
            for kind in kinds
        ]


class Round:
    """An instance of its own, with a queue of its own, on a server that other rounds use at the same time."""

    def __init__(self, sandbox: Sandbox, proxy: FaultProxy, plan: Plan) -> None:
        self._plan, self._proxy = plan, proxy
        self._plain = Plain(sandbox)
        self._environment = {**sandbox.environment(), "CLEARML_API_HOST": proxy.url}
        self._queue = self._plain.call("queues.create", name=f"round {plan.seed} {time.time_ns()}")["id"]
        self._instance = self._create()
        self._executed: Counter[str] = Counter()  # by task
        self._kills = self._faults = 0
        self._killed = False  # by an incident

    def run(self) -> Result:
        """Fire away, let it come to rest, and count."""
        self._process = spawn(work, self._environment, self._instance)
        self._proxy.kill = self._kill
        try:
            self._until("the first run", lambda: bool(self._launched()))
            for incident in self._plan.incidents():
                self._suffer(incident)
                self._execute()
            self._until("all due slots", self._caught_up)
            for _ in range(MOST_STOPS):
                self._settle()
                self._stop()
                if not self._missing(Counter(self._launched())):
                    break
                self._process = spawn(work, self._environment, self._instance)  # what it owed at the stop is to follow
        finally:
            kill(self._process)
        self._execute()
        return self._count()

    def _stop(self) -> None:
        self._plain.call("tasks.stop", task=self._instance)
        self._process.join(30)
        kill(self._process)

    def _create(self) -> str:
        base = self._plain.call("tasks.create", name="faults base", type="training")["id"]
        policies = Policies(missed="all", overlap="allow", catchup_window="1h")
        action = Action(base, self._queue)
        schedules = [Schedule(action, Interval(every=f"{s}s"), policies, id=name) for name, s in EVERY.items()]
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

    def _suffer(self, incident: Incident) -> None:
        deadly = incident.kind in KILLS
        if incident.endpoint in AT_START:
            kill(self._process)
        self._proxy.arm(incident)
        self._until(f"{incident}", self._proxy.fired.is_set)
        if deadly:
            self._kills += 1
            self._process.join(10)
            self._process, self._killed = spawn(work, self._environment, self._instance), False
        else:
            self._faults += 1
        launched = len(self._launched())
        self._until(f"a run after {incident}", lambda: len(self._launched()) > launched)

    def _until(self, what: str, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"seed {self._plan.seed}: waited {PATIENCE:.0f} s for {what}"
            if not self._process.is_alive() and not self._killed:
                self._process = spawn(work, self._environment, self._instance)  # as its user would
            time.sleep(0.25)

    # -- the server's own data
    def _runs(self) -> list[dict[str, str]]:
        """Id, status, item and slot of every task that carries the instance's tag."""
        found: list[dict[str, str]] = []
        while True:
            tasks = self._plain.call(
                "tasks.get_all_ex",
                system_tags=["__$all", RUN_TAG, run_tag(self._instance)],
                only_fields=["status", "hyperparams.Scheduler"],
                page=len(found) // 500,
                page_size=500,
                order_by=["created"],
            )["tasks"]
            for task in tasks:
                section = {name: row["value"] for name, row in task["hyperparams"]["Scheduler"].items()}
                found.append({"id": task["id"], "status": task["status"], **section})
            if len(tasks) < 500:
                return found

    def _launched(self) -> list[str]:
        return [run["key"] for run in self._runs() if run["status"] != "created"]

    def _caught_up(self) -> bool:
        keys = set(self._launched())
        edge = datetime.now(timezone.utc) - timedelta(seconds=4)
        return all(any(_slot(key) >= edge for key in keys if key.startswith(f"{item}@")) for item in EVERY)

    def _settle(self) -> None:
        """Give what was refused or cut off just now the time to be tried again: owed is not lost. Then count."""
        end = time.monotonic() + SETTLE
        while self._missing(Counter(self._launched())) and time.monotonic() < end:
            time.sleep(0.25)

    def _missing(self, keys: Counter[str]) -> list[str]:
        """The slots between the first and the last of each item that were not launched."""
        missing: list[str] = []
        for item, seconds in EVERY.items():
            slots, step = {_slot(key) for key in keys if key.startswith(f"{item}@")}, timedelta(seconds=seconds)
            first, last = min(slots), max(slots)
            expected = {first + step * number for number in range(round((last - first) / step) + 1)}
            missing += [f"{item}@{slot}" for slot in sorted(expected - slots)]
        return missing

    def _execute(self) -> None:
        """What an agent does with the queue, at once."""
        while entry := self._plain.call("queues.get_next_task", queue=self._queue).get("entry"):
            self._executed[entry["task"]] += 1
            self._plain.call("tasks.started", task=entry["task"])
            self._plain.call("tasks.completed", task=entry["task"])

    def _count(self) -> Result:
        keys = Counter(run["key"] for run in self._runs() if run["status"] != "created")
        doubled = [key for key, number in keys.items() if number > 1]
        doubled += [task for task, number in self._executed.items() if number > 1]
        began = datetime.fromisoformat(self._plain.task(self._instance)["created"].replace("Z", "+00:00"))
        lost = self._missing(keys)
        for item, seconds in EVERY.items():
            slots = sorted(_slot(key) for key in keys if key.startswith(f"{item}@"))
            # The first slot is the first after the engine began, which took it some seconds.
            if slots[0] - began > timedelta(seconds=30):
                lost.append(f"{item}: nothing before {slots[0]}")
            doubled += [f"{item}@{slot}" for slot in slots if slot.timestamp() % seconds]
        never = [run["key"] for run in self._runs() if run["status"] == "queued"]
        return Result(kills=self._kills, faults=self._faults, lost=(*lost, *never), doubled=tuple(doubled))


def _slot(key: str) -> datetime:
    return datetime.fromisoformat(key.partition("@")[2].replace("Z", "+00:00"))


def play(sandbox: Sandbox, plan: Plan) -> Result:
    """One round, from its start to its count."""
    with proxies.running(sandbox.api_url) as proxy:
        return Round(sandbox, proxy, plan).run()
