"""The command `clearml-sched`: one subcommand per thing that can be done without a notebook."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

import clearml_sched_widgets
from clearml_sched_widgets.errors import SchedulerError

_SANDBOX_PACKAGES = {"starlette", "uvicorn", "clearml_agent"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 failed, 2 wrong usage or refused, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except SchedulerError as error:
        print(f"clearml-sched: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="clearml-sched", description="Task scheduling and triggers for ClearML.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {clearml_sched_widgets.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_sandbox(commands)
    return parser


def _add_sandbox(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "run a ClearML-compatible server on this machine, for trying out and for tests"
    try:
        from clearml_sched_widgets.sandbox import cli as sandbox
    except ModuleNotFoundError as error:
        if error.name not in _SANDBOX_PACKAGES:
            raise
        # Without its packages the sandbox cannot even say what its options are: take any, and say what to install.
        parser = commands.add_parser("sandbox", help=summary, add_help=False, prefix_chars="\0")
        parser.add_argument("rest", nargs="*")
        parser.set_defaults(run=_refuse_sandbox)
        return
    parser = commands.add_parser("sandbox", help=summary, description=sandbox.__doc__)
    sandbox.add_arguments(parser)
    parser.set_defaults(run=sandbox.run)


def _refuse_sandbox(_: argparse.Namespace) -> int:
    raise SchedulerError("the sandbox needs more packages: pip install 'clearml-sched-widgets[sandbox]'")


if __name__ == "__main__":
    sys.exit(main())
