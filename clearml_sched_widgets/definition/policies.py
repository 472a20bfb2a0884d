"""The policies of an item: for late runs, overlapping runs and failed runs."""

from __future__ import annotations

from datetime import timedelta

import attrs

from clearml_sched_widgets.definition import values
from clearml_sched_widgets.definition.checks import collect, guarded
from clearml_sched_widgets.definition.display import Part

MISSED = ("skip", "latest", "all")
OVERLAP = ("allow", "skip", "queue", "cancel_previous")
MOST_RETRIES = 100


def _one_of(allowed: tuple[str, ...], value: str) -> str:
    if value not in allowed:
        raise ValueError(f"expected one of {', '.join(allowed)}")
    return value


def missed(value: str) -> str:
    return guarded(lambda given: _one_of(MISSED, given), value)


def overlap(value: str | None) -> str | None:
    return None if value is None else guarded(lambda given: _one_of(OVERLAP, given), value)


def _retries(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_RETRIES:
        raise ValueError(f"expected a whole number from 0 to {MOST_RETRIES}")
    return value


def retries(value: int) -> int:
    return guarded(_retries, value)


def optional_duration(value: str | timedelta | None) -> timedelta | None:
    return None if value is None else values.duration(value)


@attrs.frozen(kw_only=True, repr=False)
class Policies(Part):
    """What happens when a run is late, when the one before it is not finished, and when it fails.

    `overlap`: "allow" launches in any case. "skip" does not launch while a run of this item is queued, running or about
    to be launched. "queue" waits until no run of it is queued or running: of a schedule one slot waits and later ones
    are skipped; of a trigger all events wait, in their order. "cancel_previous" asks the runs of this item to stop and
    launches when they have ended; launches that waited before it are dropped. None is "allow" for schedules and "queue"
    for triggers; for a schedule that reuses its task it is "skip", and "allow" is refused. A run that a user starts by
    hand never waits.

    `missed`: of the slots that passed while the instance could not launch, launch none ("skip"), the "latest", or "all"
    of them; only slots younger than `catchup_window` count.

    `retries`: how often a failed run is launched again, the first time after `retry_backoff`, then after twice as long
    each time, up to an hour (or the backoff itself, if it is longer). A run that was stopped has not failed.
    `pause_after_failures` pauses the item after that many runs in a row have failed with all their retries.

    `max_runs` ends the item after that many runs; retries, backfills and runs by hand do not count.

    `jitter` delays each slot by less than this length, always by the same for the same slot, so that slots that are due
    together start apart. A delayed slot always comes before the next one.
    """

    overlap: str | None = attrs.field(default=None, converter=overlap)
    missed: str = attrs.field(default="latest", converter=missed)
    catchup_window: timedelta = attrs.field(default=timedelta(hours=1), converter=values.window)
    retries: int = attrs.field(default=0, converter=retries)
    retry_backoff: timedelta = attrs.field(default=timedelta(minutes=1), converter=values.duration)
    pause_after_failures: int | None = attrs.field(default=None, converter=values.optional_count)
    max_runs: int | None = attrs.field(default=None, converter=values.optional_count)
    jitter: timedelta | None = attrs.field(default=None, converter=optional_duration)

    def __attrs_post_init__(self) -> None:
        collect(self)
