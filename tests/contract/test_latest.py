"""Which task is the latest of several, whichever server is behind the gateway."""

from __future__ import annotations

from clearml_sched_widgets.definition import Latest
from clearml_sched_widgets.engine.launching.latest import newest_tasks
from clearml_sched_widgets.records import LATEST_TAG, RUN_TAG, Param
from tests.contract.objects import a_clone, bring
from tests.contract.worlds import World, pause


def done(
    world: World, name: str, project: str = "late", *, status: str = "completed", tags: tuple[str, ...] = ()
) -> str:
    task = world.task(name, project, tags=tags, hyperparams={"Args": {"lr": Param(value="1")}})
    bring(world, task, status)
    pause()
    return task


def test_the_latest_is_the_one_that_completed_last_of_those_that_fit(world: World) -> None:
    project, odd = f"{world.prefix}/late", f"{world.prefix} fit (a+b)"
    first = done(world, "fit (a+b)", tags=("prod", "gpu"))
    published = done(world, "fit (a+b)", status="published", tags=("prod",))
    last = done(world, "fit (a+b)")
    done(world, "fit (a+b)", "late/below")
    done(world, "fit aab")
    for status in ("created", "in_progress", "stopped", "failed"):
        done(world, "fit (a+b)", status=status)
    world.archive(done(world, "fit (a+b)"))
    for system_tags, found in (((RUN_TAG, LATEST_TAG), last), ((RUN_TAG,), None)):
        run = world.gateway.clone(a_clone(world, last, name=odd, system_tags=system_tags))
        world.start(run)
        world.finish(run)
        pause()
        newest = newest_tasks(world.gateway, [Latest(project=project, name=odd)])
        assert [task.id for task in newest.values()] == [found or run]
    asked = {
        Latest(project=project, name=odd, tags=["prod"]): published,
        Latest(project=project, name=odd, tags=["gpu", "prod"]): first,
        Latest(project=project, name=odd, status="published"): published,
        Latest(project=project, name=odd, tags=["gpu"], status="published"): None,
        Latest(project=project, name=odd.upper()): None,
        Latest(project=f"{world.prefix}/lat", name=odd): None,
    }
    newest = newest_tasks(world.gateway, asked)
    assert {latest: task.id for latest, task in newest.items()} == {
        latest: task for latest, task in asked.items() if task is not None
    }
    assert all(task.hyperparams["Args"]["lr"].value == "1" for task in newest.values())
