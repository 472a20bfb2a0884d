"""PURE: why an item has not run: one short sentence, with what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.policy.decide import next_slot, reached_max_runs
from clearml_sched_widgets.policy.state import ItemState, Launch, State
from clearml_sched_widgets.sentences.parts import Code, ForeignText, Moment, Sentence, as_text, sentence, with_times
from clearml_sched_widgets.views.history import ExecutedRow, View

OfItem = TypeVar("OfItem", ExecutedRow, Launch)
LONG = timedelta(seconds=30)  # a run that waits longer in its queue is worth a word


def _as_sentence(text: str | Sentence) -> Sentence:
    return (text,) if isinstance(text, str) else text


@attrs.frozen
class Reason:
    """`code` is one word for programs. `sentence` is what a person reads, `hint` the same in a word or two where there
    is little room. `well` says that nothing is wrong."""

    code: str
    sentence: Sentence = attrs.field(converter=_as_sentence)
    well: bool = False
    hint: str = ""

    @property
    def text(self) -> str:
        """What it says, with times in UTC."""
        return as_text(self.sentence)


@attrs.frozen(kw_only=True)
class Case:
    """Everything that the answer depends on. `watched`: whether an agent serves the item's queue, None if unknown."""

    item: Schedule | Trigger
    state: State
    known: ItemState | None
    status: str  # the instance's, as View.status
    heartbeat: datetime | None
    problem: str
    active: Sequence[ExecutedRow]  # the item's runs that are queued or running
    owed: Sequence[Launch]  # what the item has still to launch, the oldest first
    watched: bool | None
    now: datetime


def why(case: Case) -> Reason:
    """Why the item has not run, or does not run now. The first thing that holds everything back is what counts."""
    for rule in RULES:
        found = rule(case)
        if found is not None:
            return found
    if isinstance(case.item, Trigger):
        return Reason("event", "No event has matched since it last ran.", well=True)
    return Reason("time", "Its next time has not come.", well=True)


def reasons(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, Reason]:
    """The answer for each item, by its id. `watched` tells of queues, by name or id, whether an agent serves them."""
    if view.definition is None or view.state is None:
        return {}
    return {case.item.id: why(case) for case in _cases(view, view.definition, view.state, watched, now)}


def _by_item(these: Iterable[OfItem]) -> dict[str, list[OfItem]]:
    """Runs or launches by their items, in the order given."""
    found: dict[str, list[OfItem]] = {}
    for one in these:
        found.setdefault(one.item, []).append(one)
    return found


def _cases(
    view: View, definition: Definition, state: State, watched: Mapping[str, bool], now: datetime
) -> Iterator[Case]:
    active, owed = _by_item(view.active), _by_item(sorted(state.pending, key=lambda one: one.nominal))
    for item in definition.items:
        yield Case(
            item=item,
            state=state,
            known=state.items.get(item.id),
            status=view.status,
            heartbeat=view.heartbeat,
            problem=view.problem,
            active=active.get(item.id, ()),
            owed=owed.get(item.id, ()),
            watched=watched.get(item.action.queue),
            now=now,
        )


# -- the rules, the weightiest first
def _instance(case: Case) -> Reason | None:
    """The whole instance does not work."""
    if case.status == "lost":
        silent = (" ", Moment(case.heartbeat, "since")) if case.heartbeat else ()
        rest = "; it may be gone. Resume the instance."
        return Reason("lost", sentence("Nothing was heard of its kernel or agent", *silent, rest))
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


def _server(case: Case) -> Reason | None:
    if not case.problem:
        return None
    return Reason("server", sentence(ForeignText(_sentence(case.problem)), " It is tried again by itself."))


def _paused(case: Case) -> Reason | None:
    if case.state.paused:
        return Reason(
            "instance_paused", sentence("The whole instance is paused", *_note(case.state.note), ". Resume it.")
        )
    if case.known and case.known.paused:
        return Reason("paused", sentence("It is paused", *_note(case.known.note), ". Resume it when it may run again."))
    return None


def _note(note: str) -> Sentence:
    return (" (", ForeignText(note), ")") if note else ()


def _disabled(case: Case) -> Reason | None:
    if case.item.enabled:
        return None
    return Reason("disabled", "It is disabled in the definition. Edit the definition to enable it.")


def _refused(case: Case) -> Reason | None:
    """The server did not take the launch."""
    error = case.known.error if case.known else ""
    if not error:
        return None
    tries = [one.not_before for one in case.owed if one.not_before is not None and one.tries]
    again = (" It is tried again ", Moment(min(tries), "at"), ".") if tries else ()
    return Reason("error", sentence("It could not be launched: ", ForeignText(_sentence(error)), *again))


def _queued(case: Case) -> Reason | None:
    """A run of it waits in its queue."""
    waiting = [row for row in case.active if row.status == "queued"]
    starts = [row.started for row in waiting if row.started is not None]
    if not waiting or len(waiting) < len(case.active):
        return None
    return _in_queue(case.item.action.queue, case.watched, min(starts, default=None), case.now)


def _in_queue(queue: str, watched: bool | None, since: datetime | None, now: datetime) -> Reason | None:
    """Why a run is still in its queue; None if it has hardly got there."""
    if watched is False:
        command = Code(f"clearml-agent daemon --queue {shlex.quote(queue)}")
        parts = sentence(
            "Its run waits in the queue '", ForeignText(queue), "', which no agent serves. Start one: ", command
        )
        return Reason("no_agent", parts, hint="no agent")
    if since is None or now - since < LONG:
        return None
    rest = "': the agents there are busy, or just begin."
    parts = sentence("Its run waits ", Moment(since, "since"), " in the queue '", ForeignText(queue), rest)
    return Reason("queued", parts, hint="agents busy")


def run_reasons(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, Reason]:
    """Why runs are still in their queues, by run, for those about which there is something to say."""
    found: dict[str, Reason] = {}
    for row in view.active:
        item = view.definition.item(row.item) if view.definition and row.status == "queued" else None
        if item is not None:
            reason = _in_queue(item.action.queue, watched.get(item.action.queue), row.started, now)
            found |= {row.run: reason} if reason else {}
    return found


def _waits(case: Case) -> Reason | None:
    """A launch is owed, and waits: for a run before it, or for the time of a retry."""
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
    """It will never run again by itself."""
    limit = case.item.policies.max_runs
    if isinstance(case.item, Trigger):
        over = limit is not None and case.known is not None and case.known.runs >= limit
        return Reason("ended", f"It has had its {limit} runs.") if over else None
    if case.known and reached_max_runs(case.item, case.known):
        return Reason("ended", f"It has had its {limit} runs. Raise max_runs to let it go on.")
    known = case.known or ItemState(watermark=case.now)
    if next_slot(case.item, known) is None and not case.owed:
        return Reason("ended", "It has no more times to come. Edit its recurrence, or run it by hand.")
    return None


def _skipped(case: Case) -> Reason | None:
    note = case.known.note if case.known else ""
    if not note:
        return None
    return Reason(
        "skipped", sentence("Its last time was left out: ", *with_times(_sentence(note.removeprefix("skipped "))))
    )


RULES: Sequence[Callable[[Case], Reason | None]] = (
    _instance,
    _server,
    _paused,
    _disabled,
    _refused,
    _queued,
    _waits,
    _ended,
    _skipped,
)


def queues_of(view: View) -> set[str]:
    """The queues in which runs wait: of these it matters whether an agent serves them."""
    if view.definition is None:
        return set()
    items: Iterable[str] = {row.item for row in view.active if row.status == "queued"}
    found = (view.definition.item(item) for item in items)
    return {item.action.queue for item in found if item is not None}


def why_not_editable(view: View) -> str:
    """Why the definition of an instance cannot be changed now; empty if it can."""
    if view.status in ("queued", "stopping"):
        waits = {"queued": "waits in its queue", "stopping": "is being stopped"}[view.status]
        return f"It {waits}. It can be changed when it runs, or when it has stopped."
    functions = view.definition is not None and any(item.action.function for item in view.definition.items)
    if functions and view.where != "kernel" and view.status in ("running", "paused", "lost"):
        return "It calls Python functions, which only the kernel that runs it has. Change it there, or stop it first."
    return ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
