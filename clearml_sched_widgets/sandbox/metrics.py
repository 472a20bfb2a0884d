"""Summarises scalars on their task: last, first, smallest, largest and mean value of each series."""

from __future__ import annotations

import hashlib
from typing import Any

from clearml_sched_widgets.sandbox.store import Doc

MAX_SERIES = 2000  # the real server's limit of summarised series of a task


def key(name: str) -> str:
    """The key of a metric or variant in `last_metrics`."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def add_scalar(last_metrics: Doc, unique: list[str], event: Doc) -> None:
    """Add one scalar event to a task's `last_metrics` and `unique_metrics`."""
    value = event.get("value")
    if not isinstance(value, (int, float)):
        return
    metric, variant = event.get("metric") or "", event.get("variant") or ""
    name = f"{metric}/{variant}"
    if name not in unique:
        if len(unique) >= MAX_SERIES:
            return
        unique.append(name)
    series = last_metrics.setdefault(key(metric), {}).setdefault(key(variant), {})
    _update_series(series, metric, variant, value, int(event.get("iter") or 0))
    if event.get("x_axis_label") is not None:
        series["x_axis_label"] = event["x_axis_label"]


def _update_series(series: dict[str, Any], metric: str, variant: str, value: float, iteration: int) -> None:
    series.update(metric=metric, variant=variant, value=value)
    if "first_value" not in series:
        series.update(first_value=value, first_value_iteration=iteration)
    if "min_value" not in series or value < series["min_value"]:
        series.update(min_value=value, min_value_iteration=iteration)
    if "max_value" not in series or value > series["max_value"]:
        series.update(max_value=value, max_value_iteration=iteration)
    count = int(series.get("count", 0))
    mean = float(series.get("mean_value", 0.0))
    series.update(count=count + 1, mean_value=round((mean * count + value) / (count + 1), 2))
