"""What an agent runs as a service: a script that carries the scheduler in itself, or one that a pip requirement serves.

The script goes into the task's `script.diff`, so an agent needs no package index and no file server for it.
"""

from clearml_sched_widgets.bundle.script import Script, make_script

__all__ = ["Script", "make_script"]
