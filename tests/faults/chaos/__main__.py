"""Runs chaotic worlds, seed by seed: `python -m tests.faults.chaos --seeds 200`. Returns 1 if a seed has a violation.

`--seed N --trace` runs one seed again and shows all that happened in it. `--seeded-faults` puts five faults into the
engine, one after the other, and says at which seed each is found.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from itertools import chain

from tests.faults.chaos.faults_in_engine import FAULTS
from tests.faults.chaos.seeds import run_seed, run_seeds
from tests.faults.chaos.weather import CATEGORIES

LAST_ACTIONS = 40  # lines of the trace that are shown with a violation
MOST_SENTENCES = 10  # of one seed
SEEDS_FOR_A_FAULT = 50


def check_seeds(seeds: range, only: frozenset[str]) -> int:
    """Run seeds and print those with violations. Returns 1 if there are any."""
    began, wrong = time.monotonic(), 0
    for seed, sentences, trace in run_seeds(seeds, only):
        wrong += bool(sentences)
        if sentences:
            print(f"seed {seed}: {len(sentences)} violations", flush=True)
            print(*(f"  {sentence}" for sentence in sentences[:MOST_SENTENCES]), sep="\n")
            print(*(f"    {line}" for line in _shown(trace, sentences[0])), sep="\n", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(f"[{minutes:4.1f} min] chaos: {len(seeds)} seeds, {wrong} with violations", flush=True)
    return 1 if wrong else 0


def _shown(trace: list[str], sentence: str) -> list[str]:
    """The lines of the trace before the first time that a violation names, or else the last ones."""
    words = (word.rstrip(",;:)") for word in sentence.split())
    times = [float(word) for word in words if word.replace(".", "", 1).isdigit() and "." in word]
    end = next(
        (number for number, line in enumerate(trace) if times and float(line.split()[0]) > max(times)), len(trace)
    )
    return trace[max(0, end - LAST_ACTIONS) : end]


def check_faults(only: frozenset[str]) -> int:
    """Put each fault into the engine and look for a seed that finds it. Returns 1 if one is not found."""
    missed = 0
    for name, fault in FAULTS.items():
        reports = chain([run_seed(only, name, fault.often_at)], run_seeds(range(SEEDS_FOR_A_FAULT), only, name))
        for seed, sentences, _ in reports:
            found = [sentence for sentence in sentences if sentence.startswith(fault.found_by)]
            if found and not run_seed(only, "", seed)[1]:
                print(f"{name}: found at seed {seed}: {found[0]}", flush=True)
                break
        else:
            missed += 1
            print(f"{name}: not found in {SEEDS_FOR_A_FAULT} seeds", flush=True)
    return 1 if missed else 0


def show(seed: int, only: frozenset[str], fault: str, *, trace: bool) -> int:
    """Run one seed and print what it did. Returns 1 if it has a violation."""
    _, sentences, lines = run_seed(only, fault, seed)
    if trace:
        print(*lines, sep="\n")
    print(*(sentences or [f"seed {seed}: no violation"]), sep="\n")
    return 1 if sentences else 0


def _categories(text: str) -> frozenset[str]:
    chosen = frozenset(text.split(","))
    if not chosen <= frozenset(CATEGORIES):
        raise argparse.ArgumentTypeError(f"expected some of {','.join(CATEGORIES)}")
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="run this seed alone")
    parser.add_argument("--trace", action="store_true", help="show all that happened in this seed")
    parser.add_argument("--only", type=_categories, default=frozenset(CATEGORIES), help=",".join(CATEGORIES))
    parser.add_argument("--fault", choices=FAULTS, default="", help="put this fault into the engine")
    parser.add_argument("--seeded-faults", action="store_true", help="look for each of the five faults")
    options = parser.parse_args()
    if options.seeded_faults:
        return check_faults(options.only)
    if options.seed is not None:
        return show(options.seed, options.only, options.fault, trace=options.trace)
    return check_seeds(range(options.first, options.first + options.seeds), options.only)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # else sets of texts come in another order each time
        arguments = [sys.executable, "-m", "tests.faults.chaos", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, "PYTHONHASHSEED": "0"})
    sys.exit(main())
