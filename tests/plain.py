"""Sends plain HTTP requests to a sandbox, without the SDK and the gateway."""

from __future__ import annotations

from typing import Any

import requests

from clearml_sched_widgets.sandbox import Sandbox


class Plain:
    """A logged-in HTTP session."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._url = sandbox.api_url
        self.http = requests.Session()
        keys = (sandbox.access_key, sandbox.secret_key)
        answer = self.http.post(f"{self._url}/auth.login", auth=keys, timeout=10)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['data']['token']}"

    def send(self, endpoint: str, **data: Any) -> requests.Response:
        """Send one request. Returns the response, whatever its status."""
        return self.http.post(f"{self._url}/v2.30/{endpoint}", json=data, timeout=30)

    def call(self, endpoint: str, **data: Any) -> dict[str, Any]:
        """Send a request that must succeed. Returns the data of its answer."""
        answer = self.send(endpoint, **data)
        assert answer.status_code == 200, (endpoint, data, answer.text)
        return dict(answer.json()["data"])

    def task(self, task_id: str) -> dict[str, Any]:
        """A task with all its fields."""
        return dict(self.call("tasks.get_by_id", task=task_id)["task"])

    def console(self, task_id: str) -> str:
        """The text that a task printed."""
        events = self.call("events.get_task_log", task=task_id, order="asc", batch_size=1000)["events"]
        return "".join(event["msg"] for event in events)
