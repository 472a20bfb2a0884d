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
        return _refuse(str(error))
    except ModuleNotFoundError as error:
        if not _is_sandbox_package(error):
            raise
        return _refuse(f"this needs {error.name}: pip install 'clearml-sched-widgets[sandbox]'")
    except KeyboardInterrupt:
        return 130


def _refuse(message: str) -> int:
    print(f"clearml-sched: {message}", file=sys.stderr)
    return 2


def _is_sandbox_package(error: ModuleNotFoundError) -> bool:
    return (error.name or "").partition(".")[0] in _SANDBOX_PACKAGES


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
    except ModuleNotFoundError as missing:
        if not _is_sandbox_package(missing):
            raise
        _add_missing(commands, summary, missing)
        return
    parser = commands.add_parser("sandbox", help=summary, description=sandbox.__doc__)
    sandbox.add_arguments(parser)
    parser.set_defaults(run=sandbox.run)


def _add_missing(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], summary: str, missing: ModuleNotFoundError
) -> None:
    """Without its packages the sandbox cannot even say what its options are: take any, then say what is missing."""

    def run(_: argparse.Namespace) -> int:
        raise missing

    # No prefix character, so that what looks like an option is taken too.
    parser = commands.add_parser("sandbox", help=summary, add_help=False, prefix_chars="\0")
    parser.add_argument("rest", nargs="*")
    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
