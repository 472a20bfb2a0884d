"""Each endpoint that the gateway asks, with each odd answer: a sane value or a GatewayError, and nothing else."""

from __future__ import annotations

import contextlib
import gc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from clearml_sched_widgets.errors import GatewayError, OutcomeUnknown, PermanentError, RetryableError, Unavailable
from clearml_sched_widgets.gateway import http
from clearml_sched_widgets.gateway.api import Api
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Account
from tests.faults.odd_answers import ODD, PARAM, Odd, changes_something, odd_data
from tests.faults.odd_answers_server import OddServer, running
from tests.unit.gateway.calls import CALLS, METHODS, wrong_values
from tests.waiting import until

THREADS = 24
TIMEOUT = 0.4  # seconds for a whole answer
EACH = 11  # the first call of an endpoint gets all odd answers, the others each eleventh
# Calls whose result is kept, or that begin with a login, need a gateway of their own each time.
NEEDS_NEW = frozenset({"server", "present", "own_connection"})
FIRST, AGAIN = "the first login", "a login after the token has expired"


@attrs.frozen
class Case:
    """One call, with an odd answer of one of the endpoints that it asks."""

    call: str
    endpoint: str
    odd: Odd
    login: str = ""  # which login is the odd one

    def __str__(self) -> str:
        return f"{self.call}: {self.endpoint}: {self.odd.name} {self.login}".strip()


class Client:
    """A gateway, and a part of the server that only this gateway asks."""

    def __init__(self, server: OddServer, name: str, timeout: float = TIMEOUT) -> None:
        self._server, self._name, self._timeout = server, name, timeout
        self.left_out: set[str] = set()
        self.returned = 0  # number of calls that have not raised an error
        self.gateway = self._new_gateway()

    def _new_gateway(self) -> ClearMLGateway:
        account = Account(api_url=self._server.url(self._name), key="key", secret="secret")
        gateway = ClearMLGateway()
        gateway._api = Api(lambda: account, workers=1, timeout=self._timeout)
        return gateway

    def prepare(self, call: str, login: str = "") -> None:
        """Make the gateway ready for a call: logged in, unless the first login is the odd one."""
        self._server.plans.pop(self._name, None)
        if call in NEEDS_NEW or login:
            self.left_out.update(self.gateway.left_out())
            self.gateway = self._new_gateway()
            if login != FIRST:
                until(self._is_logged_in)
        if login == AGAIN:
            self._server.expired.add(self._name)

    def _is_logged_in(self) -> bool:
        """Log in. May have to be repeated on a busy machine, as the time for an answer is short."""
        with contextlib.suppress(RetryableError):
            self.gateway.rename("task", "name")
            return True
        return False

    def endpoints(self, call: str) -> list[str]:
        """The endpoints that a call asks while all answers are sane. Its result must be sane, too."""
        self.prepare(call)
        before = len(self._server.seen)
        assert wrong_values(call, CALLS[call](self.gateway)) == []
        return list(dict.fromkeys(endpoint for _, endpoint in self._server.seen[before:]))

    def problem(self, case: Case) -> str:
        """What is wrong with how a call ends; empty if nothing is."""
        self.prepare(case.call, case.login)
        self._server.plans[self._name] = (case.endpoint, case.odd)
        try:
            value = CALLS[case.call](self.gateway)
        except GatewayError as error:
            return _wrong_error(case, error)
        except BaseException as error:  # noqa: BLE001 - nothing else may come out
            return f"raises {error!r:.300}"
        self.returned += 1
        if case.odd.outcome == "fails" and not (case.call == "present" and case.odd.refuses):
            return f"returns {value!r:.100}"
        return "; ".join(wrong_values(case.call, value))


def _wrong_error(case: Case, error: GatewayError) -> str:
    """Why a request must not end with this error; empty if it may."""
    odd, shown = case.odd, f"raises {error!r:.300}"
    if "did not answer" in str(error) and case.endpoint not in str(error):
        return ""  # another request of the call, on a busy machine
    if odd.outcome == "succeeds" and error.code:  # without a code, there was no answer that could be judged
        return shown
    if case.login:
        return _wrong_login_error(case, error)
    if isinstance(error, PermanentError):
        return "" if odd.refuses else f"{shown}, though nobody has refused it"
    if changes_something(case.endpoint):
        wrong = isinstance(error, Unavailable) and not odd.later
        return f"{shown}, though it may have been carried out" if wrong else ""
    return f"{shown}, though it changes nothing" if isinstance(error, OutcomeUnknown) else ""


def _wrong_login_error(case: Case, error: GatewayError) -> str:
    """A first login may find that the address is wrong; later the same answer is a fault that may pass."""
    if isinstance(error, PermanentError) and case.login == AGAIN and "HTML" in case.odd.name:
        return f"raises {error!r:.300}, though it has been logged in before"
    return f"raises {error!r:.300}" if isinstance(error, OutcomeUnknown) else ""


CASES_PER_COLLECTION = 50


def cases(client: Client) -> Iterator[Case]:
    """All odd answers of each endpoint, and a part of them again for the other calls that ask it."""
    callers: dict[str, list[str]] = defaultdict(list)
    for call in CALLS:
        for endpoint in client.endpoints(call):
            callers[endpoint].append(call)
    for login in (FIRST, AGAIN):
        yield from (Case("queues", "auth.login", odd, login) for odd in [*ODD, *odd_data("auth.login")])
    for endpoint, calls in callers.items():
        for number, odd in enumerate(ODD):
            yield from (Case(calls[0], endpoint, odd), *_shared(calls, endpoint, odd, number))
        for number, odd in enumerate(odd_data(endpoint)):
            yield Case(calls[number % len(calls)], endpoint, odd)


def _shared(calls: list[str], endpoint: str, odd: Odd, number: int) -> Iterable[Case]:
    return (Case(call, endpoint, odd) for place, call in enumerate(calls[1:]) if (number + place) % EACH == 0)


def test_every_method_of_the_gateway_takes_part() -> None:
    assert {name.partition(" ")[0] for name in CALLS} == METHODS


@pytest.fixture
def shallow_collections() -> Iterator[None]:
    """Nothing is collected but by `gc.collect()`.

    At the bottom of a deep nesting, pytest could not tell a warning of what is collected there, and would fail.
    """
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("shallow_collections")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # urllib3 forgets one with two lengths
def test_k3_no_odd_answer_comes_through_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1_000_000)
    monkeypatch.setenv("NO_PROXY", "*")
    with running() as server:
        every_case = list(cases(Client(server, "sane", timeout=30)))
        clients = [Client(server, f"client{number}") for number in range(THREADS)]

        def run(number: int) -> list[str]:
            found = []
            for count, case in enumerate(every_case[number::THREADS]):
                if count % CASES_PER_COLLECTION == 0:
                    gc.collect()
                if problem := clients[number].problem(case):
                    found.append(f"{case}: {problem}")
            return found

        with ThreadPoolExecutor(THREADS) as pool:
            wrong = [problem for problems in pool.map(run, range(THREADS)) for problem in problems]
    endpoints = Counter(case.endpoint for case in every_case)
    print(f"{len(every_case)} cases, {len(endpoints)} endpoints; wrong: {len(wrong)}")
    assert wrong == []
    assert len(endpoints) >= 25
    assert min(endpoints.values()) >= len(ODD)
    assert len(every_case) > 5000
    assert sum(client.returned for client in clients) > 1000
    told = {sentence for client in clients for sentence in client.left_out}
    assert told
    assert not [sentence for sentence in told if PARAM["value"] in sentence]
    gc.collect()
