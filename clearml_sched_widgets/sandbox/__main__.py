"""Runs the sandbox: `python -m clearml_sched_widgets.sandbox`."""

from __future__ import annotations

import argparse
import sys

from clearml_sched_widgets.sandbox.cli import add_arguments, run


def main() -> int:
    """Parse the command line and serve; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="clearml-sched sandbox", description="A ClearML-compatible server on loopback."
    )
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
