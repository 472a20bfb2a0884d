"""The content of the example workspace: people, projects, base tasks, instances and their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import attrs

from clearml_sched_widgets.definition import (
    Action,
    Cron,
    Daily,
    Definition,
    Interval,
    Monthly,
    Policies,
    Schedule,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
    Weekly,
)

ME = "Ada Moreno"
PEOPLE = ("Ben Okafor", "Chiara Rossi", "Devi Raman")
PROJECT = "DevOps/Schedulers"
QUEUES = ("gpu", "cpu", "batch")
AGENTS = {"gpu-node-1:gpu0": ("gpu", "default"), "cpu-node-1:0": ("cpu", "default"), "ops-1:services": ("services",)}
VARIANTS = 5  # of each base task
BASES = {
    "Vision/Detection": ("train detector", "evaluate detector", "export detector"),
    "Vision/Segmentation": ("train segmenter", "label review"),
    "Language/Summaries": ("train summarizer", "evaluate summaries", "collect articles"),
    "Language/Search": ("train embeddings", "refresh search index"),
    "Forecasting/Demand": ("train demand model", "refresh features", "evaluate forecast"),
    "Forecasting/Energy": ("forecast load", "train load model"),
    "Recommendations": ("train ranking", "refresh candidates", "offline evaluation"),
    "Data/Ingest": ("ingest orders", "ingest sensors", "ingest weather"),
    "Data/Quality": ("check freshness", "profile tables", "find outliers"),
    "Reports": ("weekly business report", "monthly costs", "model card"),
    "Infrastructure": ("clean up old artifacts", "back up configurations", "prune datasets"),
    "Experiments": ("try augmentations", "hyperparameter sweep", "ablation study"),
}


@attrs.frozen(kw_only=True)
class InstanceSpec:
    """How to create an example instance. `ended_ago`: time since it ended or gave its last sign of life."""

    name: str
    user: str
    status: str  # draft, running, paused, silent, or the status of its task
    where: str = "kernel"
    ended_ago: timedelta = timedelta(0)
    note: str = ""
    reason: str = ""


NIGHTLY, INGEST, ENERGY = "Nightly training", "Hourly ingest", "Energy forecast"
REPORTS, QUALITY, SEARCH, EVALUATION = "Weekly reports", "Data quality checks", "Search index refresh", "Model reviews"
INSTANCES = (
    InstanceSpec(name=NIGHTLY, user=ME, status="stopped", ended_ago=timedelta(minutes=3), reason="Stopped by its user"),
    InstanceSpec(
        name=INGEST, user="Ben Okafor", status="paused", where="service", note="the warehouse moves on Friday"
    ),
    InstanceSpec(name=ENERGY, user="Devi Raman", status="running", where="service"),
    InstanceSpec(name=REPORTS, user=ME, status="stopped", ended_ago=timedelta(days=6), reason="Stopped by its user"),
    InstanceSpec(name=QUALITY, user="Chiara Rossi", status="silent", ended_ago=timedelta(minutes=26)),
    InstanceSpec(
        name=SEARCH, user="Devi Raman", status="failed", where="service", ended_ago=timedelta(days=2), reason="Killed"
    ),
    InstanceSpec(name=EVALUATION, user=ME, status="draft"),
)


def definition_of(spec: InstanceSpec, tasks: Mapping[str, str]) -> Definition:
    """The definition of an example instance. `tasks` maps the names of base tasks to their ids."""
    return {
        NIGHTLY: _nightly,
        INGEST: _ingest,
        ENERGY: _energy,
        REPORTS: _reports,
        QUALITY: _quality,
        SEARCH: _search,
        EVALUATION: _evaluation,
    }[spec.name](tasks)


def _nightly(tasks: Mapping[str, str]) -> Definition:
    return Definition(
        NIGHTLY,
        [
            Schedule(
                Action(tasks["refresh features"], "cpu", project="Forecasting/Demand"),
                Interval("30m"),
                name="Refresh features",
                id="features",
            ),
            Schedule(
                Action(
                    tasks["train demand model"],
                    "gpu",
                    project="Forecasting/Demand",
                    parameters={"Args/epochs": 20, "Args/lr": 0.01},
                    tags=["nightly"],
                    time_limit="4h",
                ),
                Daily(["01:30", "13:30"], timezone="Europe/Berlin"),
                Policies(overlap="skip", retries=2, retry_backoff="5m"),
                name="Train demand model",
                id="demand",
            ),
            Schedule(
                Action(tasks["train detector"], "gpu", project="Vision/Detection"),
                Weekly(["monday", "thursday"], ["22:00"], timezone="Europe/Berlin"),
                Policies(overlap="queue"),
                name="Retrain detector",
                id="detector",
            ),
            Schedule(
                Action(tasks["monthly costs"], "batch", project="Reports"),
                Monthly([1, "last friday"], ["06:00"]),
                name="Monthly costs",
                id="costs",
            ),
        ],
        [
            TaskTrigger(
                Action(tasks["evaluate forecast"], "cpu", parameters={"Args/task_id": "${task.id}"}),
                StatusChanged(["completed"]),
                Select(projects=["Forecasting/Demand"], name="train"),
                name="Evaluate what was trained",
                id="evaluate",
            )
        ],
        poll_every="30s",
        description="Keeps the demand model and the detector fresh. Ask Ada before you change it.",
    )


def _ingest(tasks: Mapping[str, str]) -> Definition:
    return Definition(
        INGEST,
        [
            Schedule(Action(tasks["ingest orders"], "cpu"), Interval("1h"), name="Ingest orders", id="orders"),
            Schedule(
                Action(tasks["ingest weather"], "cpu"),
                Cron("*/30 6-20 * * mon-fri", timezone="Europe/London"),
                name="Ingest weather",
                id="weather",
            ),
        ],
    )


def _energy(tasks: Mapping[str, str]) -> Definition:
    schedule = Schedule(Action(tasks["forecast load"], "cpu"), Interval("1h"), name="Forecast load", id="load")
    return Definition(ENERGY, [schedule])


def _reports(tasks: Mapping[str, str]) -> Definition:
    weekly = Weekly(["friday"], ["07:00", "15:00"], timezone="America/New_York")
    return Definition(
        REPORTS,
        [Schedule(Action(tasks["weekly business report"], "default"), weekly, name="Weekly business report", id="r")],
    )


def _quality(tasks: Mapping[str, str]) -> Definition:
    return Definition(
        QUALITY, [Schedule(Action(tasks["check freshness"], "cpu"), Interval("1h"), name="Check freshness", id="fresh")]
    )


def _search(tasks: Mapping[str, str]) -> Definition:
    daily = Daily(["04:15"], timezone="Asia/Kolkata")
    return Definition(
        SEARCH, [Schedule(Action(tasks["refresh search index"], "batch"), daily, name="Refresh search index", id="s")]
    )


def _evaluation(tasks: Mapping[str, str]) -> Definition:
    trigger = TaskTrigger(
        Action(tasks["model card"], "default", parameters={"Args/task_id": "${task.id}"}),
        Tagged(any=["production"]),
        Select(projects=["Vision", "Language"]),
        name="Model card for what goes live",
        id="card",
    )
    return Definition(EVALUATION, [], [trigger])
