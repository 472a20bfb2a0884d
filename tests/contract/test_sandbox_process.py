"""Starting, stopping and killing the sandbox; its logins; its file server; what it does not have."""

from __future__ import annotations

import base64
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from clearml_sched_widgets.sandbox import Sandbox, SandboxError
from tests.plain import Plain
from tests.waiting import until


def writes_until_it_dies(client: Plain, base: str, acknowledged: list[str]) -> None:
    while True:
        try:
            answer = client.send("tasks.clone", task=base, new_task_name=f"clone {len(acknowledged)}")
        except requests.RequestException:
            return
        acknowledged.append(answer.json()["data"]["id"])


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    first = Sandbox.start(tmp_path)
    client = Plain(first)
    base = client.call("tasks.create", name="base", type="training", tags=["kept"])["id"]
    acknowledged: list[str] = []
    writer = threading.Thread(target=writes_until_it_dies, args=(client, base, acknowledged))
    writer.start()
    until(lambda: len(acknowledged) >= 100, what="the first hundred clones")
    first.kill()
    writer.join(10)
    client.http.close()
    assert not first.running
    with Sandbox.start(tmp_path) as second:
        again = Plain(second)
        kept = {base, *acknowledged}
        found = again.call("tasks.get_all_ex", id=sorted(kept), only_fields=["id", "tags"], page_size=500)["tasks"]
        assert {task["id"] for task in found} == set(sorted(kept)[:500])
        assert all(task["tags"] == ["kept"] for task in found)
        assert (second.access_key, second.api_url) == (first.access_key, first.api_url)
        again.http.close()


def test_a_token_of_before_a_restart_is_still_good(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path) as first:
        client = Plain(first)
    with Sandbox.start(tmp_path):
        assert client.call("users.get_current_user")["user"]["name"] == "Default User"
        client.http.close()


def test_a_new_sandbox_has_its_queues_its_user_and_a_private_configuration(fresh_sandbox: Sandbox) -> None:
    client = Plain(fresh_sandbox)
    queues = client.call("queues.get_all")["queues"]
    assert [(queue["name"], queue["system_tags"]) for queue in queues] == [("default", ["default"]), ("services", [])]
    assert client.call("queues.get_default")["name"] == "default"
    assert [user["name"] for user in client.call("users.get_all")["users"]] == ["Default User"]
    conf = fresh_sandbox.conf.read_text()
    assert fresh_sandbox.api_url in conf
    assert fresh_sandbox.secret_key in conf
    assert stat.S_IMODE(fresh_sandbox.conf.stat().st_mode) == 0o600
    client.http.close()


def test_two_servers_cannot_serve_one_folder(fresh_sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="another sandbox serves"):
        Sandbox.start(fresh_sandbox.folder)


def test_a_taken_port_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    port = int(sandbox.api_url.rpartition(":")[2])
    with pytest.raises(SandboxError, match=f"port {port} is taken"):
        Sandbox.start(tmp_path, api_port=port)


def refused(sandbox: Sandbox, headers: dict[str, str], endpoint: str = "tasks.get_all") -> tuple[int, int]:
    answer = requests.post(f"{sandbox.api_url}/{endpoint}", json={}, headers=headers, timeout=10)
    return answer.status_code, answer.json()["meta"]["result_subcode"]


def test_wrong_logins_are_refused_with_the_servers_codes(sandbox: Sandbox) -> None:
    wrong = base64.b64encode(f"{sandbox.access_key}:wrong".encode()).decode()
    assert refused(sandbox, {}) == (401, 20)
    assert refused(sandbox, {"Authorization": "Digest x"}) == (401, 10)
    assert refused(sandbox, {"Authorization": f"Basic {wrong}"}, "auth.login") == (401, 22)
    assert refused(sandbox, {"Authorization": "Bearer x.y.z"}) == (401, 30)


def test_a_token_ends_at_its_time_and_cannot_be_prolonged(sandbox: Sandbox) -> None:
    keys = (sandbox.access_key, sandbox.secret_key)
    login = requests.post(f"{sandbox.api_url}/auth.login", json={"expiration_sec": 1}, auth=keys, timeout=10)
    token = login.json()["data"]["token"]
    head, body, signature = token.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    later = base64.urlsafe_b64encode(json.dumps({**payload, "exp": payload["exp"] + 99}).encode()).decode().rstrip("=")
    assert refused(sandbox, {"Authorization": f"Bearer {head}.{later}.{signature}"}) == (401, 30)
    until(lambda: time.time() > payload["exp"], what="the token to expire")
    assert refused(sandbox, {"Authorization": f"Bearer {token}"}) == (401, 30)


def test_an_endpoint_that_is_not_there_is_named_in_the_log(sandbox: Sandbox) -> None:
    client = Plain(sandbox)
    answer = client.send("reports.get_all_ex")
    assert answer.status_code == 404
    assert answer.json()["meta"]["result_msg"] == "Unable to find endpoint for name reports.get_all_ex and version 2.30"
    assert "endpoint not implemented: reports.get_all_ex (API 2.30)" in sandbox.log.read_text()
    client.http.close()


def test_no_credential_is_in_the_log(sandbox: Sandbox) -> None:
    client = Plain(sandbox)
    token = str(client.http.headers["Authorization"]).partition(" ")[2]
    client.send("tasks.get_by_id", task="unknown")
    log = sandbox.log.read_text()
    assert "Invalid task id" in log
    assert not [secret for secret in (token, sandbox.secret_key, sandbox.access_key) if secret in log]
    client.http.close()


def test_a_file_is_stored_read_and_deleted(sandbox: Sandbox) -> None:
    url = f"{sandbox.files_url}/project/task/a file.txt"
    posted = requests.post(sandbox.files_url, files={"/project/task/a file.txt": b"one"}, timeout=10)
    assert (posted.status_code, posted.json()) == (200, "project/task/a file.txt")
    assert requests.get(url, timeout=10).content == b"one"
    assert requests.put(url, data=b"two", timeout=10).status_code == 200
    assert requests.get(url, timeout=10, headers={"Range": "bytes=1-"}).content == b"wo"
    assert requests.head(url, timeout=10).headers["content-length"] == "3"
    assert requests.delete(url, timeout=10).status_code == 200
    assert requests.get(url, timeout=10).status_code == 404


def test_no_file_outside_of_the_folder_is_served_or_written(sandbox: Sandbox) -> None:
    (sandbox.folder / "secret.txt").write_text("secret")
    assert requests.get(f"{sandbox.files_url}/%2e%2e/secret.txt", timeout=10).status_code in (400, 404)
    posted = requests.post(sandbox.files_url, files={"../evil.txt": b"x"}, timeout=10)
    assert posted.status_code == 400
    assert not (sandbox.folder / "evil.txt").exists()


def test_a_silent_running_task_is_stopped(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path, silent_after=0.4) as sandbox:
        client = Plain(sandbox)
        task = client.call("tasks.create", name="silent", type="training")["id"]
        client.call("tasks.started", task=task)
        until(lambda: client.task(task)["status"] == "stopped", 10, "the watchdog")
        assert client.task(task)["status_reason"] == "Forced stop (non-responsive)"
        client.http.close()


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "clearml_sched_widgets.sandbox", "--folder", str(tmp_path / "data")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(5)]
    url = lines[0].split()[-1]
    assert f"export CLEARML_CONFIG_FILE={tmp_path / 'data' / 'clearml.conf'}\n" in lines
    assert requests.post(f"{url}/debug.ping", timeout=10).json()["data"]["msg"] == "ClearML server"
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{url}/debug.ping", timeout=10)


def test_importing_the_sandbox_does_not_import_the_sdk() -> None:
    check = "import sys, clearml_sched_widgets.sandbox as s; print('clearml' in sys.modules, s.__all__)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.startswith("False")
