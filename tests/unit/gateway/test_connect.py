"""Connecting in the background while a cell of the user's imports clearml for the first time."""

from __future__ import annotations

import subprocess
import sys

# The finder acts at the worst moment: the cell is in the middle of `import clearml` and has not come to the parts
# that the gateway needs, when the thread that connects begins.
RACE = """
import sys, threading, time

from clearml_sched_widgets.errors import NotConfigured
from clearml_sched_widgets.gateway.configuration import configured_account

errors = []

def connect():
    try:
        configured_account()
    except NotConfigured:
        pass
    except BaseException as error:
        errors.append(error)

class Meanwhile:
    thread = threading.Thread(target=connect)

    def find_spec(self, name, path=None, target=None):
        if name == "clearml.task" and not self.thread.ident:
            self.thread.start()
            time.sleep(0.5)

sys.meta_path.insert(0, Meanwhile())
from clearml import Task

Meanwhile.thread.join()
assert not errors, errors
print(Task.__name__)
"""


def test_the_users_import_of_clearml_is_not_disturbed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RACE],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"HOME": "/nonexistent"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Task\n"
