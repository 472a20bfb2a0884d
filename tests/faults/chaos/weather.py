"""Draws, by a seed, what goes wrong: when machines die, freeze or sleep, and which requests fail."""

from __future__ import annotations

import random

import attrs

CATEGORIES = (
    *("kills", "freezes", "rivals", "network", "refusals", "nonsense", "restarts", "host", "server"),
    *("pauses", "edits", "commands", "hands", "stops", "queues"),
)
WRITES_OF_A_LAUNCH = ("clone", "enqueue", "settle", "save", "edit_draft", "set_status", "call")
OTHERS = ("queues", "changed", "tasks", "write_lease", "delete_configuration", "report_log", "leases")
WORSE = {"clone": 2.5, "enqueue": 2.5, "set_status": 2.0, "edit_draft": 2.0}  # how much more often these fail
STORM_SHARE = (0.03, 0.08, 0.2)  # of the requests fail in a storm
CALM_SECONDS, STORM_SECONDS = (60.0, 300.0), (15.0, 90.0)
# A state that is written after a successor's, or after a later one, takes back what the later one says. The server
# cannot prevent that, so no such request is delayed for long enough.
LONGEST_BEFORE_SAVE = 8.0  # seconds
NETWORK = ("unavailable", "lost request", "lost answer", "late")


@attrs.frozen
class Strike:
    """Something that hits an engine at its next request of a kind. `seconds` is 0 for a kill."""

    method: str
    moment: str  # before or after the request is carried out
    seconds: float
    sleep: bool = False  # the machine is suspended; else only the process stands

    @property
    def deadly(self) -> bool:
        return self.seconds == 0.0


class Weather:
    """What fails in the requests of engines. `only` are the categories that may happen."""

    def __init__(self, seed: int, only: frozenset[str], until: float) -> None:
        self._random = random.Random(f"{seed} weather")
        self._only, self._until = only, until
        self.armed: list[Strike] = []
        self._storms = self._draw_storms()
        self._slow = [start for start, _, _ in self._storms if self._random.random() < 0.3]

    def arm_strike(self) -> None:
        """Let a strike of a kind that may happen hit the next request that it is for."""
        draw = self._random
        kinds = [kind for kind in ("kills", "freezes", "host") if kind in self._only]
        kind = draw.choice(kinds)
        method = draw.choice(WRITES_OF_A_LAUNCH if draw.random() < 0.75 else OTHERS)
        seconds = 0.0 if kind == "kills" else draw.choice((5.0, 12.0, 25.0, 40.0, 70.0, 120.0)) * draw.uniform(0.8, 1.2)
        moment = draw.choice(("before", "after"))
        if method == "save" and moment == "before":
            seconds = min(seconds, LONGEST_BEFORE_SAVE)
        if method == "call":
            moment = "after"
        self.armed.append(Strike(method, moment, seconds, sleep=kind == "host"))

    def strike(self, method: str, previous: str, moment: str) -> Strike | None:
        """The strike that hits this request, if one was armed for it."""
        name = method
        if method == "tasks" and previous == "clone":
            name = "settle"
        elif method == "write_configuration":
            name = "save"
        for strike in self.armed:
            if strike.method == name and strike.moment == moment:
                self.armed.remove(strike)
                return strike
        return None

    def fault(self, now: float, method: str, *, write: bool) -> str:
        """How this request fails; empty if it does not."""
        share = next((share for start, end, share in self._storms if start <= now < end), 0.0)
        share *= WORSE.get(method, 1.0)
        draw = self._random
        if not share or draw.random() >= share:
            return ""
        kinds = [kind for kind in NETWORK if "network" in self._only and (write or kind != "late")]
        if "refusals" in self._only and draw.random() < 0.2:
            kinds = ["denied"]
        elif "nonsense" in self._only and draw.random() < 0.2:
            kinds = ["nonsense"]
        return draw.choice(kinds) if kinds else ""

    def patience(self) -> float:
        """Seconds that pass before a lost answer is given up."""
        draw = self._random
        return draw.uniform(0.05, 2.0) if draw.random() < 0.9 else draw.uniform(5.0, 30.0)

    def lateness(self) -> float:
        """Seconds after which a late request arrives."""
        draw = self._random
        return draw.uniform(0.2, 10.0) if draw.random() < 0.8 else draw.uniform(10.0, 90.0)

    def latency(self, now: float) -> float:
        """Seconds that a request takes."""
        if any(start <= now < start + 40.0 for start in self._slow):
            return self._random.uniform(0.1, 0.8)
        return 0.002

    def end(self) -> None:
        """From now on nothing fails."""
        self.armed, self._storms, self._slow = [], [], []

    def _draw_storms(self) -> list[tuple[float, float, float]]:
        if not self._only & {"network", "refusals", "nonsense"}:
            return []
        draw, storms = self._random, list[tuple[float, float, float]]()
        moment = draw.uniform(0.0, 120.0)
        while moment < self._until:
            end = min(self._until, moment + draw.uniform(*STORM_SECONDS))
            storms.append((moment, end, draw.choice(STORM_SHARE)))
            moment = end + draw.uniform(*CALM_SECONDS)
        return storms
