"""The command line `clearml-sched`: runs a sandbox server, or simulates a definition."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import clearml_sched_widgets
from clearml_sched_widgets.errors import SchedulerError

if TYPE_CHECKING:
    from clearml_sched_widgets.simulation import Simulation


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong usage or an error, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except SchedulerError as error:
        return _print_error(str(error))
    except KeyboardInterrupt:
        return 130


def _print_error(message: str) -> int:
    print(f"clearml-sched: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="clearml-sched", description="Task scheduling and triggers for ClearML.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {clearml_sched_widgets.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_sandbox(commands)
    _add_simulate(commands)
    return parser


def _add_sandbox(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from clearml_sched_widgets.sandbox import cli as sandbox

    summary = "run a ClearML-compatible server on this machine, for trying out and for tests"
    parser = commands.add_parser("sandbox", help=summary, description=sandbox.__doc__)
    sandbox.add_arguments(parser)
    parser.set_defaults(run=sandbox.run)


def _add_simulate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "show what a definition would run between two times, without launching anything"
    parser = commands.add_parser("simulate", help=summary, description=f"{summary.capitalize()}.")
    parser.add_argument("definition", type=Path, metavar="DEFINITION", help="a definition as JSON or YAML")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="ISO 8601 with an offset or Z")
    parser.add_argument("--to", dest="end", required=True, metavar="TIME", help="ISO 8601 with an offset or Z")
    parser.add_argument(
        "--duration", action="append", default=[], type=_duration, metavar="ITEM=15m",
        help='how long runs take: by the id or name of a schedule, or "default"; may be repeated',
    )  # fmt: skip
    parser.add_argument("--rows", type=_count, default=20, metavar="N", help="how many rows of each list (20)")
    parser.set_defaults(run=_simulate)


def _duration(text: str) -> tuple[str, str]:
    name, equals, length = text.rpartition("=")
    if not (name and equals and length):
        raise argparse.ArgumentTypeError(f"expected ITEM=DURATION such as nightly=15m, got {text!r}")
    return name, length


def _count(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = -1
    if count < 0:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text!r}")
    return count


def _simulate(arguments: argparse.Namespace) -> int:
    from clearml_sched_widgets import codec, simulation

    try:
        text = arguments.definition.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SchedulerError(f"cannot read {arguments.definition}: {error}") from None
    definition = codec.loads(text)
    result = simulation.simulate(definition, arguments.start, arguments.end, dict(arguments.duration))
    print("\n".join(_report(result, arguments.rows)))
    return 0


def _report(result: Simulation, rows: int) -> Iterator[str]:
    """The lines to print: the summary, the first rows of each list, and the load by queue and hour of the day."""
    yield result.summary
    yield from _section(
        "runs", [f"{run.nominal:%Y-%m-%d %H:%M:%S}  {run.queue}  {run.name}" for run in result.runs], rows
    )
    names = {item.id: item.title for item in result.definition.items}
    skips = [
        f"{skip.first:%Y-%m-%d %H:%M:%S} to {skip.last:%Y-%m-%d %H:%M:%S}  {names[skip.item]}: {skip.reason}"
        for skip in result.skips
    ]
    yield from _section("skips", skips, rows)
    overlaps = [
        f"{one.at:%Y-%m-%d %H:%M:%S}  {one.name}: {one.running} of its runs under way" for one in result.overlaps
    ]
    yield from _section("overlaps", overlaps, rows)
    loads = [
        f"{queue}  {hour:02}:00  {total:,} runs, at most {most:,} in one hour"
        for (queue, hour), (total, most) in result.by_hour().items()
    ]
    yield from _section("load by queue and hour of the day (UTC)", loads, len(loads))
    if result.definition.triggers:
        yield f"\nTriggers wait for events and do not take part: {len(result.definition.triggers)}."


def _section(title: str, lines: Sequence[str], rows: int) -> Iterator[str]:
    if lines:
        yield f"\n{title}"
        yield from (f"  {line}" for line in lines[:rows])
    if len(lines) > rows:
        yield f"  … {len(lines) - rows:,} more"
