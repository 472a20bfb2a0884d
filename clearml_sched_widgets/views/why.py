"""PURE: explains in one short sentence why an item has not run, and what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.engine.planner import MOST_LEFT_OUT
from clearml_sched_widgets.policy.decide import next_slot, reached_max_runs
from clearml_sched_widgets.policy.state import ItemState, Launch, State
from clearml_sched_widgets.sentences.parts import Code, ForeignText, Moment, Sentence, as_text, sentence, with_times
from clearml_sched_widgets.views.history import SET_ASIDE, ExecutedRow, View
from clearml_sched_widgets.views.viewer import SILENT_AFTER, silence_text

HasItem = TypeVar("HasItem", ExecutedRow, Launch)
LONG_WAIT = timedelta(seconds=30)  # a run that waits longer than this in its queue gets a reason


def _as_sentence(text: str | Sentence) -> Sentence:
    return (text,) if isinstance(text, str) else text


@attrs.frozen
class Reason:
    """Why an item has not run. `code` is one word for programs, `sentence` the text for users, `hint` its short form.

    `well` says that nothing is wrong. `plain` is the plain text of a sentence whose time the page counts up by itself.
    """

    code: str
    sentence: Sentence = attrs.field(converter=_as_sentence)
    well: bool = False
    hint: str = ""
    plain: str = ""

    @property
    def text(self) -> str:
        """The sentence as plain text, with times in UTC."""
        return self.plain or as_text(self.sentence)


@attrs.frozen(kw_only=True)
class Case:
    """Everything that `why` needs of one item. `watched`: whether an agent serves its queue, None if unknown."""

    item: Schedule | Trigger
    state: State
    item_state: ItemState | None
    status: str  # the instance's, as View.status
    heartbeat: datetime | None
    problem: str
    set_aside: str  # the error for which the item is set aside; empty if it is not
    left_out: int  # how many objects a trigger could not look at
    active: Sequence[ExecutedRow]  # the item's runs that are queued or running
    owed: Sequence[Launch]  # the item's pending launches, the oldest first
    watched: bool | None
    now: datetime


def why(case: Case) -> Reason:
    """Why the item has not run, or does not run now: the reason of the first of `RULES` that applies."""
    for rule in RULES:
        reason = rule(case)
        if reason is not None:
            return reason
    if isinstance(case.item, Trigger):
        text = f"No event has matched since it last ran.{_left_out(case.left_out)}"
        return Reason("event", text, well=not case.left_out)
    return Reason("time", "Its next time has not come.", well=True)


def _left_out(count: int) -> str:
    if not count:
        return ""
    objects = f"{count} objects" if count > 1 else "One object"
    more = " or more" if count == MOST_LEFT_OUT else ""
    return f" {objects}{more} could not be looked at; the log says why."


def reasons(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, Reason]:
    """The reason of each item, by its id. `watched` says of queues, by name or id, whether an agent serves them."""
    if view.definition is None or view.state is None:
        return {}
    return {case.item.id: why(case) for case in _cases(view, view.definition, view.state, watched, now)}


def _by_item(entries: Iterable[HasItem]) -> dict[str, list[HasItem]]:
    """Runs or launches by item id, in the order given."""
    by_item: dict[str, list[HasItem]] = {}
    for entry in entries:
        by_item.setdefault(entry.item, []).append(entry)
    return by_item


def _cases(
    view: View, definition: Definition, state: State, watched: Mapping[str, bool], now: datetime
) -> Iterator[Case]:
    active, owed = _by_item(view.active), _by_item(sorted(state.pending, key=lambda one: one.nominal))
    for item in definition.items:
        yield Case(
            item=item,
            state=state,
            item_state=state.items.get(item.id),
            status=view.status,
            heartbeat=view.heartbeat,
            problem=view.problem,
            set_aside=view.set_aside.get(item.id, ""),
            left_out=view.left_out.get(item.id, 0),
            active=active.get(item.id, ()),
            owed=owed.get(item.id, ()),
            watched=watched.get(item.action.queue),
            now=now,
        )


# -- the rules, most important first
def _instance_not_running(case: Case) -> Reason | None:
    """The whole instance does not run."""
    if case.status == "silent":
        return _silence(case)
    if case.status == "queued":
        begin = "The instance waits for an agent that serves its queue. Start one there: "
        return Reason("queued", sentence(begin, Code("clearml-agent daemon"), "."))
    texts = {
        "draft": "The instance was saved, but never launched. Launch it.",
        "stopping": "The instance is being stopped.",
        "stopped": "The instance was stopped. Resume it.",
        "failed": "The instance ended by an error; its log says which. Resume it.",
    }
    text = texts.get(case.status)
    return Reason(case.status, text) if text else None


def _silence(case: Case) -> Reason:
    begin, end = "No sign of life of its kernel or agent", ". Resume the instance."
    if case.heartbeat is None:
        return Reason("silent", f"{begin}{end}")
    length = silence_text(max(case.now - case.heartbeat, SILENT_AFTER)).removeprefix("no sign of life")
    counted = sentence(f"{begin} ", Moment(case.heartbeat, "for"), end)
    return Reason("silent", counted, plain=f"{begin}{length}{end}")


def _server_problem(case: Case) -> Reason | None:
    if not case.problem:
        return None
    return Reason("server", sentence(ForeignText(_with_full_stop(case.problem)), " It is tried again by itself."))


def _paused(case: Case) -> Reason | None:
    if case.state.paused:
        return Reason(
            "instance_paused",
            sentence("The whole instance is paused", *_in_parentheses(case.state.note), ". Resume it."),
        )
    if case.item_state and case.item_state.paused:
        return Reason(
            "paused",
            sentence("It is paused", *_in_parentheses(case.item_state.note), ". Resume it when it may run again."),
        )
    return None


def _set_aside(case: Case) -> Reason | None:
    if not case.set_aside:
        return None
    error, rest = ForeignText(_with_full_stop(case.set_aside)), " Try it again, or change it; the log has more."
    return Reason("set_aside", sentence(f"It was {SET_ASIDE}: ", error, rest))


def _in_parentheses(note: str) -> Sentence:
    return (" (", ForeignText(note), ")") if note else ()


def _disabled(case: Case) -> Reason | None:
    if case.item.enabled:
        return None
    return Reason("disabled", "It is disabled in the definition. Edit the definition to enable it.")


def _launch_refused(case: Case) -> Reason | None:
    """The server refused the launch, or a trigger could not look at some objects."""
    error = case.item_state.error if case.item_state else ""
    if not error:
        return None
    tries = [one.not_before for one in case.owed if one.not_before is not None and one.tries]
    again = (" It is tried again ", Moment(min(tries), "at"), ".") if tries else ()
    begin = "It could not be launched: " if tries or isinstance(case.item, Schedule) else "Its last error: "
    return Reason("error", sentence(begin, ForeignText(_with_full_stop(error)), *again))


def _run_in_queue(case: Case) -> Reason | None:
    """All its active runs wait in their queue."""
    waiting = [row for row in case.active if row.status == "queued"]
    starts = [row.started for row in waiting if row.started is not None]
    if not waiting or len(waiting) < len(case.active):
        return None
    return _queue_reason(case.item.action.queue, case.watched, min(starts, default=None), case.now)


def _queue_reason(queue: str, watched: bool | None, since: datetime | None, now: datetime) -> Reason | None:
    """Why a run is still in its queue; None for a short wait where agents may serve it."""
    if watched is False:
        command = Code(f"clearml-agent daemon --queue {shlex.quote(queue)}")
        parts = sentence(
            "Its run waits in the queue '", ForeignText(queue), "', which no agent serves. Start one: ", command
        )
        return Reason("no_agent", parts, hint="no agent")
    if since is None or now - since < LONG_WAIT:
        return None
    rest = "': the agents there are busy, or just begin."
    parts = sentence("Its run waits ", Moment(since, "since"), " in the queue '", ForeignText(queue), rest)
    return Reason("queued", parts, hint="agents busy")


def run_reasons(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, Reason]:
    """Why queued runs have not started, by run. Runs without a reason yet are left out."""
    by_run: dict[str, Reason] = {}
    for row in view.active:
        item = view.definition.item(row.item) if view.definition and row.status == "queued" else None
        if item is not None:
            reason = _queue_reason(item.action.queue, watched.get(item.action.queue), row.started, now)
            by_run |= {row.run: reason} if reason else {}
    return by_run


def _launch_waits(case: Case) -> Reason | None:
    """A pending launch waits for an earlier run, or for the time of a retry."""
    if not case.owed:
        return None
    first = case.owed[0]
    if first.cause == "retry" and first.not_before is not None and first.not_before > case.now:
        return Reason(
            "retry", sentence("The last run failed; a retry follows ", Moment(first.not_before, "at"), "."), well=True
        )
    if case.active and case.item.overlap in ("queue", "cancel_previous"):
        rest = (
            f" waits until the one before it has ended (overlap policy {case.item.overlap}). "
            "Abort that one, or allow overlaps."
        )
        return Reason("slot", sentence("The run of ", Moment(first.nominal), rest))
    return None


def _ended(case: Case) -> Reason | None:
    """The item will not launch again by itself."""
    limit = case.item.policies.max_runs
    if isinstance(case.item, Trigger):
        used_up = limit is not None and case.item_state is not None and case.item_state.runs >= limit
        return Reason("ended", f"It has had its {limit} runs.") if used_up else None
    if case.item_state and reached_max_runs(case.item, case.item_state):
        return Reason("ended", f"It has had its {limit} runs. Raise max_runs to let it go on.")
    item_state = case.item_state or ItemState(watermark=case.now)
    if next_slot(case.item, item_state) is None and not case.owed:
        return Reason("ended", "It has no more times to come. Edit its recurrence, or run it by hand.")
    return None


def _slot_skipped(case: Case) -> Reason | None:
    note = case.item_state.note if case.item_state else ""
    if not note:
        return None
    return Reason(
        "skipped", sentence("Its last time was left out: ", *with_times(_with_full_stop(note.removeprefix("skipped "))))
    )


RULES: Sequence[Callable[[Case], Reason | None]] = (
    _instance_not_running,
    _server_problem,
    _paused,
    _set_aside,
    _disabled,
    _launch_refused,
    _run_in_queue,
    _launch_waits,
    _ended,
    _slot_skipped,
)


def queues_of(view: View) -> set[str]:
    """The queues in which runs wait. The caller finds out whether agents serve them."""
    if view.definition is None:
        return set()
    ids: Iterable[str] = {row.item for row in view.active if row.status == "queued"}
    waiting = (view.definition.item(item) for item in ids)
    return {item.action.queue for item in waiting if item is not None}


def why_not_editable(view: View) -> str:
    """Why the definition of an instance cannot be changed now; empty if it can."""
    if view.status in ("queued", "stopping"):
        waits = {"queued": "waits in its queue", "stopping": "is being stopped"}[view.status]
        return f"It {waits}. It can be changed when it runs, or when it has stopped."
    functions = view.definition is not None and any(item.action.function for item in view.definition.items)
    if functions and view.where != "kernel" and view.status in ("running", "paused", "silent"):
        return "It calls Python functions, which only the kernel that runs it has. Change it there, or stop it first."
    return ""


def _with_full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
