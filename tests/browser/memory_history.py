"""A notebook cell that creates an instance with past runs on an in-memory server in the kernel."""

SEED = '''
from datetime import datetime, timedelta, timezone
import attrs
from clearml_sched_widgets import *
from clearml_sched_widgets.policy.state import slot_text
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import RUN_TAG, SECTION, run_tag

gateway = MemoryGateway()
gateway.add_queue("default")
base = gateway.add_task("train model", project="Vision")
manager = Manager(gateway=gateway)
train = Schedule(Action(base), Interval("20m", anchor=datetime.now(timezone.utc)), name="Train")
report = Schedule(Action(base), Daily(["06:20"]), name="Report")
saved = manager.save(Definition("With a past", [train, report]))

def ran(item, minutes_ago, took, status="completed"):
    """A run of an item as the server would have it."""
    start = datetime.now(timezone.utc) - timedelta(minutes=minutes_ago)
    slot = slot_text(start)
    values = {"key": f"{item.id}@{slot}", "item": item.id, "cause": "schedule", "scheduled": slot}
    tags = (RUN_TAG, run_tag(saved.id))
    run = gateway.add_task("a run", system_tags=tags, hyperparams={SECTION: values})
    end = None if took is None else start + timedelta(minutes=took)
    changed = end or start
    times = dict(created=start, started=start, completed=end, status_changed=changed)
    gateway._tasks[run] = attrs.evolve(gateway._tasks[run], name=item.name, status=status, **times)
    return run
'''
