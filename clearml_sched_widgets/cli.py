"""The command `clearml-sched`: one subcommand per thing that can be done without a notebook."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

import clearml_sched_widgets
from clearml_sched_widgets.errors import SchedulerError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 failed, 2 wrong usage or refused, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except SchedulerError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return 130


def _refuse(message: str) -> int:
    print(f"clearml-sched: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="clearml-sched", description="Task scheduling and triggers for ClearML.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {clearml_sched_widgets.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_sandbox(commands)
    return parser


def _add_sandbox(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from clearml_sched_widgets.sandbox import cli as sandbox

    summary = "run a ClearML-compatible server on this machine, for trying out and for tests"
    parser = commands.add_parser("sandbox", help=summary, description=sandbox.__doc__)
    sandbox.add_arguments(parser)
    parser.set_defaults(run=sandbox.run)
