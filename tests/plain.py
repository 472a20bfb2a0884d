"""Plain requests to a sandbox, apart from all code under test."""

from __future__ import annotations

from typing import Any

import requests

from clearml_sched_widgets.sandbox import Sandbox


def post(server: Sandbox, endpoint: str, **body: Any) -> dict[str, Any]:
    """The data that the server answers."""
    login = requests.post(f"{server.api_url}/auth.login", auth=(server.access_key, server.secret_key), timeout=30)
    header = {"Authorization": f"Bearer {login.json()['data']['token']}"}
    answer = requests.post(f"{server.api_url}/v2.23/{endpoint}", json=body, headers=header, timeout=30)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data
