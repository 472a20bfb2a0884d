"""An in-memory server that notes in a `Record` what happens on it, and who asked for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from clearml_sched_widgets.engine.instance_task.commands import PREFIX
from clearml_sched_widgets.engine.instance_task.task import DEFINITION, STATE
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import SECTION, Task
from tests.faults.chaos.clocks import ServerTime, TrueTime
from tests.faults.chaos.record import Call, Mark, Record, Seen, Sent, Status, Text, mark_of

WATCHED = "foreign"  # part of the names of the objects that triggers select


@attrs.frozen
class Caller:
    """Who sends a request: an engine's name, when it began it, and whether the request was under way for long."""

    name: str = ""
    called: float = 0.0
    delayed: bool = False


class ObservedServer(MemoryGateway):
    """The server of the chaotic world. `caller` is set while an engine's request is carried out."""

    def __init__(self, time: TrueTime, clock: ServerTime, record: Record) -> None:
        super().__init__(now=clock.read)
        self._time, self._record = time, record
        self.instance = ""
        self.caller = Caller()

    @contextlib.contextmanager
    def called_by(self, caller: Caller) -> Iterator[None]:
        before, self.caller = self.caller, caller
        try:
            yield
        finally:
            self.caller = before

    # -- what is noted
    def _insert_task(self, task: Task) -> None:
        super()._insert_task(task)
        mark = self._mark(task.id)
        if mark is not None:
            self._record.made.append(self._sent(task.id, mark))
        self._note_seen(task.id)

    def _enqueue_task(self, task_id: str, queue_id: str) -> None:
        super()._enqueue_task(task_id, queue_id)
        mark = self._mark(task_id)
        if mark is not None:
            self._record.enqueued.append(self._sent(task_id, mark))
            self._say(f"enqueue {mark.key} as {task_id[:8]}")
            if not self.caller.name:
                self._record.touched.setdefault(task_id, self._time.now)

    def _change_status(
        self, task_id: str, status: str, *, reason: str = "", message: str = "", force: bool = False
    ) -> None:
        before = self._get_task(task_id).status
        super()._change_status(task_id, status, reason=reason, message=message, force=force)
        if status != before and task_id != self.instance:
            self._record.statuses.append(
                Status(at=self._time.now, task=task_id, before=before, after=status, sender=self.caller.name)
            )
            self._say(f"{task_id[:8]} {before} -> {status}{f' ({reason})' if reason else ''}")
            self._note_seen(task_id)

    def _edit_tags(self, object_id: str, field: str, add: Sequence[str], remove: Sequence[str]) -> None:
        super()._edit_tags(object_id, field, add, remove)
        self._note_seen(object_id)

    def add_model(
        self, name: str = "a model", project: str = "", *, published: bool = False, tags: Sequence[str] = ()
    ) -> str:
        model_id = super().add_model(name, project, published=published, tags=tags)
        self._note_seen(model_id)
        return model_id

    def publish(self, object_id: str) -> None:
        super().publish(object_id)
        self._note_seen(object_id)

    def _delete_task(self, task_id: str) -> None:
        super()._delete_task(task_id)
        self._say(f"delete {task_id[:8]}")
        self._record.gone[task_id] = self._time.now
        if not self.caller.name:
            self._record.deleted[task_id] = self._time.now

    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        super().write_configuration(task_id, items)
        if DEFINITION in items:
            self._record.texts.append(Text(at=self._time.now, text=items[DEFINITION]))
        if STATE in items:
            self._note_call("save", task_id)
            self._record.saves.append((self._time.now, items[STATE]))

    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        super().delete_configuration(task_id, names)
        removed = {name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)}
        for order in self._record.orders:
            if order.id in removed and order.done is None:
                order.done = self._time.now

    def create_lease(self, name: str, text: str) -> str:
        lease_id = super().create_lease(name, text)
        self._record.leases.append((self._time.now, self.caller.name))
        self._say("makes the lease")
        return lease_id

    def request_stop(self, task_id: str, reason: str = "") -> None:
        super().request_stop(task_id, reason)
        self._note_call("stop", task_id)

    # -- internal
    def _mark(self, task_id: str) -> Mark | None:
        section = self._tasks[task_id].hyperparams.get(SECTION, {})
        return mark_of({name: param.value for name, param in section.items()})

    def _sent(self, task_id: str, mark: Mark) -> Sent:
        caller, now = self.caller, self._time.now
        called = caller.called if caller.name else now
        return Sent(called=called, at=now, sender=caller.name, task=task_id, mark=mark, delayed=caller.delayed)

    def _note_call(self, method: str, target: str) -> None:
        caller = self.caller
        if caller.name:
            call = Call(
                called=caller.called,
                at=self._time.now,
                sender=caller.name,
                method=method,
                target=target,
                delayed=caller.delayed,
            )
            self._record.calls.append(call)
            self._say(f"{method} {target[:8]}")

    def _note_seen(self, object_id: str) -> None:
        stored: Any = self._models.get(object_id) or self._tasks.get(object_id)
        if stored is None or WATCHED not in stored.name:
            return
        if object_id in self._models:
            kind, status = "model", "published" if stored.ready else "created"
        else:
            kind, status = ("dataset" if "dataset" in stored.system_tags else "task"), stored.status
        self._record.seen.append(
            Seen(at=self._time.now, object=object_id, kind=kind, name=stored.name, status=status, tags=stored.tags)
        )
        self._say(f"{kind} {object_id[:8]} is {status}, tags {','.join(stored.tags)}")

    def _say(self, text: str) -> None:
        self._record.say(self._time.now, self.caller.name or "others", text)
