"""A plain HTTP client that prepares the server, reads results from it, and serves as the lower bound."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count
from typing import Any

import requests
from requests.adapters import HTTPAdapter

THREADS = 8
PAGE = 500  # the server's limit of rows in one answer
PROJECT = "Bench"
Body = dict[str, Any]


class Plain:
    """A logged-in session that may be used from eight threads."""

    def __init__(self) -> None:
        self.url = os.environ["CLEARML_API_HOST"]
        self.http = requests.Session()
        self.http.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=THREADS))
        keys = (os.environ["CLEARML_API_ACCESS_KEY"], os.environ["CLEARML_API_SECRET_KEY"])
        answer = self.http.post(f"{self.url}/auth.login", auth=keys, timeout=10)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['data']['token']}"

    def call(self, endpoint: str, body: Body) -> Body:
        answer = self.http.post(f"{self.url}/v2.23/{endpoint}", json=body, timeout=60)
        answer.raise_for_status()
        return dict(answer.json()["data"])

    def each(self, endpoint: str, bodies: Iterable[Body]) -> list[Body]:
        """Many requests on eight threads; their answers in order."""
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda body: self.call(endpoint, body), bodies))

    def counts(self) -> int:
        """How many requests the server has answered so far."""
        return int(sum(self.http.get(f"{self.url}/bench.counts", timeout=10).json().values()))

    def base(self) -> str:
        """Create a base task with a few parameters. Returns its id."""
        project = self.call("projects.create", {"name": f"{PROJECT}/{os.getpid()}", "description": ""})["id"]
        params = {
            "Args": {name: {"section": "Args", "name": name, "value": "1", "type": "int"} for name in ("lr", "batch")}
        }
        task = {"name": "train model", "type": "training", "project": project, "hyperparams": params}
        return str(self.call("tasks.create", task)["id"])

    def queue(self) -> str:
        """The id of the default queue."""
        return str(self.call("queues.get_all", {"name": "^default$"})["queues"][0]["id"])

    def enqueued(self, base: str) -> list[float]:
        """When the clones of a base task were enqueued, in seconds since the epoch, ascending."""
        body = {"parent": base, "status": ["queued"], "only_fields": ["status_changed"], "order_by": ["id"]}
        moments: list[float] = []
        for number in count():
            rows = self.call("tasks.get_all_ex", {**body, "page": number, "page_size": PAGE})["tasks"]
            moments += [datetime.fromisoformat(row["status_changed"]).timestamp() for row in rows]
            if len(rows) < PAGE:
                break
        return sorted(moments)

    def log(self, task: str) -> list[str]:
        """The texts of a task's console, the last 10,000 at most, which is the server's limit."""
        events = self.call("events.get_task_log", {"task": task, "batch_size": 10_000})["events"]
        return [event["msg"] for event in events]


def print_result(**values: float | Sequence[float]) -> None:
    """Print the values as one line of JSON, which the parent process reads."""
    print(json.dumps(values), flush=True)
