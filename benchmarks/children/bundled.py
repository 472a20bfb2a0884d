"""Starts services from their bundles as an agent does, without the agent."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from benchmarks.children.plain import Plain
from clearml_sched_widgets import Definition, Instance, Manager

# Put into the script in front of what runs the service: it leaves the configuration to the SDK.
BY_SDK = """\
import clearml_sched_widgets.gateway.plain_configuration as plain
from clearml_sched_widgets.gateway import sdk_configuration
plain.account = sdk_configuration.account
"""
BEGINS = "from clearml_sched_widgets.service import main\n"


@contextmanager
def service(plain: Plain, definition: Definition, how: str) -> Iterator[tuple[Instance, subprocess.Popen[bytes]]]:
    """Launch a definition as a service and run its script. `how`: "plain", or "sdk" for the SDK's configuration."""
    instance = Manager().launch(definition, where="service", queue=plain.queue())
    code = str(plain.call("tasks.get_by_id", {"task": instance.id})["task"]["script"]["diff"])
    if how == "sdk":
        assert BEGINS in code
        code = code.replace(BEGINS, BEGINS + indent(BY_SDK, " " * 8), 1)
    plain.call("tasks.dequeue", {"task": instance.id})
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "scheduler_service.py")
        script.write_text(code)
        environment = {**os.environ, "CLEARML_TASK_ID": instance.id}
        process = subprocess.Popen([sys.executable, str(script)], env=environment, cwd=folder)
        try:
            yield instance, process
        finally:
            process.terminate()
            process.wait(30)
