"""An embedded ClearML-compatible API and file server for laptops, demos and tests: never a production server."""

from clearml_sched_widgets.sandbox.agent import Agent
from clearml_sched_widgets.sandbox.process import Sandbox, SandboxError

__all__ = ["Agent", "Sandbox", "SandboxError"]
