"""The way to the first list of instances: what it imports. In a new interpreter, on the sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.sandbox import Sandbox
from tests.plain import Plain

SHOW = """
import json, sys, time
from clearml_sched_widgets import SchedulerApp
app = SchedulerApp()
app._repr_mimebundle_()
end = time.monotonic() + 60
while not app.loaded and time.monotonic() < end:
    time.sleep(0.02)
names = {row["name"] for row in app.instances}
print(json.dumps([sorted(names), sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_the_first_list_needs_neither_clearml_nor_pandas(fresh_sandbox: Sandbox, tmp_path: Path) -> None:
    base = str(Plain(fresh_sandbox).call("tasks.create", name="train model", type="training")["id"])
    environment = {"HOME": str(tmp_path), "CLEARML_CONFIG_FILE": str(fresh_sandbox.conf)}
    made = "import sys; from tests.contract.test_first_list import save; save(sys.argv[1])"
    for code in (made, SHOW):
        done = subprocess.run(
            [sys.executable, "-c", code, base], env=environment, capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == 0, done.stderr
    names, loaded = json.loads(done.stdout.splitlines()[-1])
    assert names == ["Nightly"]
    assert not {"clearml", "pandas", "numpy"} & set(loaded)


def save(base: str) -> None:
    """Save an instance. Called in another interpreter, because a gateway keeps its configuration."""
    Manager(gateway=ClearMLGateway()).save(Definition("Nightly", [Schedule(Action(base), Daily("06:20"))]))
