"""The command `clearml-sched sandbox`: serves until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from pathlib import Path

from clearml_sched_widgets.sandbox.agent import Agent
from clearml_sched_widgets.sandbox.process import Sandbox, SandboxError

AGENT_QUEUES = ("default", "services")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument("--folder", type=Path, default=Path("sandbox"), help="where the data lies (default: ./sandbox)")
    parser.add_argument(
        "--api-port", type=int, default=0, help="port of the API (default: the last one, or a free one)"
    )
    parser.add_argument("--files-port", type=int, default=0, help="port of the file server (likewise)")
    parser.add_argument(
        "--agent", action="store_true", help="run a clearml-agent on each of the queues default and services"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code."""
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    try:
        with Sandbox.start(args.folder, api_port=args.api_port, files_port=args.files_port) as sandbox:
            _print_addresses(sandbox)
            return _wait_until_ended(ended, sandbox, args.agent)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1


def _print_addresses(sandbox: Sandbox) -> None:
    print(f"API server   {sandbox.api_url}")
    print(f"File server  {sandbox.files_url}")
    print(f"Data         {sandbox.folder}")
    print(f"\nexport CLEARML_CONFIG_FILE={sandbox.conf}\n", flush=True)


def _wait_until_ended(ended: threading.Event, sandbox: Sandbox, with_agents: bool) -> int:
    with contextlib.ExitStack() as stack:
        agents: list[Agent] = []
        for queue in AGENT_QUEUES if with_agents else ():  # one agent each, so a service does not block other tasks
            agent = Agent.start(sandbox, [queue], folder=sandbox.folder / f"agent-{queue}", name=f"sandbox:{queue}")
            agents.append(stack.enter_context(agent))
            print(f"Agent        {agent.worker}, log in {agent.log}", flush=True)
        while not ended.wait(0.5):
            dead = [agent.log for agent in agents if not agent.running]
            dead += [] if sandbox.running else [sandbox.log]
            if dead:
                print(f"ended by itself, see {dead[0]}", file=sys.stderr)
                return 1
    return 0
