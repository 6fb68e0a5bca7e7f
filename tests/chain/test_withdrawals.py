"""When and why something was withdrawn: what the events tell, and that nothing hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.embedded.node.server import serving
from credroot.chain.reading.reader import RegistryReader
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.calls import Action, status_words
from credroot.chain.registry.facts import Query, Withdrawal
from credroot.chain.rpc.client import Rpc, RpcError
from credroot.chain.rpc.hex_codec import parse_quantity
from credroot.core.errors import ChainUnavailable
from credroot.core.status import Status
from credroot.core.values import Digest, Root
from tests.chain.registry_chain import RegistryChain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from credroot.core.json.types import JsonObject

LARGE, SMALL = (Root(Digest(bytes([number]) * 32)) for number in (1, 2))


class Story(RegistryChain):
    """A registry in which credentials were withdrawn in every way; `times` are those of the transactions."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.times: dict[str, int] = {}
        self.send(registry_calls.anchor(self.issuer, LARGE, 600))
        self.send(registry_calls.anchor(self.issuer, SMALL, 3))
        self._withdraw("lifted", Action.SUSPEND, 7, 300)
        self._withdraw("reinstated", Action.REINSTATE, 8, 300)
        self._withdraw("again", Action.SUSPEND, 4, 300)
        self._withdraw("first", Action.SUSPEND, 7, 1)
        self._withdraw("revoked", Action.REVOKE, 1, 1, 2)
        self._withdraw("repeated", Action.REVOKE, 5, 2, 3)
        self.times["batch"] = self._time(
            self.send(registry_calls.set_batch_status(self.issuer, SMALL, Action.REVOKE, 1_234))
        )

    def _withdraw(self, name: str, action: Action, reason: int, *indexes: int) -> None:
        sent = self.send(registry_calls.set_status(self.issuer, LARGE, action, reason, status_words(indexes)))
        self.times[name] = self._time(sent)

    def _time(self, receipt: JsonObject) -> int:
        block: Any = self.chain.call("eth_getBlockByNumber", [receipt["blockNumber"], False])
        return parse_quantity(block["timestamp"])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    made = Story(tmp_path_factory.mktemp("chain"))
    yield made
    made.chain.close()


@pytest.fixture(scope="module")
def rpc(story: Story) -> Iterator[Rpc]:
    with serving(story.chain) as url, Rpc(url) as client:
        yield client


def read(rpc: Rpc, story: Story, *places: tuple[Root, int]) -> list[tuple[Status, Withdrawal | None]]:
    reader = RegistryReader(rpc, story.deployment, Confirmations(1), withdrawals=True)
    facts = reader.read([Query(story.issuer, root, index) for root, index in places])
    return [(one.status, one.withdrawal) for one in facts]


def test_the_event_that_made_it_so_gives_day_and_reason(rpc: Rpc, story: Story) -> None:
    times = story.times
    assert read(rpc, story, (LARGE, 1), (LARGE, 2), (LARGE, 3), (LARGE, 300), (SMALL, 0)) == [
        (Status.REVOKED, Withdrawal(times["revoked"], 1)),
        (Status.REVOKED, Withdrawal(times["revoked"], 1)),
        (Status.REVOKED, Withdrawal(times["repeated"], 5)),
        (Status.SUSPENDED, Withdrawal(times["again"], 4)),
        (Status.REVOKED, Withdrawal(times["batch"], 1_234)),
    ]


def test_what_is_active_costs_no_further_question(rpc: Rpc, story: Story) -> None:
    before = rpc.requests
    assert read(rpc, story, (LARGE, 0), (LARGE, 44)) == [(Status.ACTIVE, None)] * 2
    assert rpc.requests == before + 1
    read(rpc, story, *((LARGE, index) for index in range(600)), (SMALL, 1))
    assert rpc.requests == before + 4


class Withholding(Rpc):
    """An endpoint that answers everything except for one method."""

    def __init__(self, url: str, method: str, outcome: Any) -> None:
        super().__init__(url)
        self._method = method
        self._withheld = outcome

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self._withhold() if method == self._method else super().call(method, *arguments, **options)

    def batch(self, calls: Any, **options: Any) -> Any:
        if any(method == self._method for method, _ in calls):
            return [self._withhold(raises=False) for _ in calls]
        return super().batch(calls, **options)

    def _withhold(self, *, raises: bool = True) -> Any:
        if isinstance(self._withheld, Exception) and (raises or not isinstance(self._withheld, RpcError)):
            raise self._withheld
        return self._withheld


@pytest.mark.parametrize("method", ["eth_getLogs", "eth_getBlockByNumber"])
@pytest.mark.parametrize(
    "outcome",
    [
        RpcError("block range is too wide", rpc_code=-32005),
        ChainUnavailable("no answer in time", code="chain.timeout"),
        None,
        [],
        [{"address": "0x00"}],
        {"hash": "0x" + "00" * 32, "timestamp": "0x1"},
        {"hash": "0x", "timestamp": "soon"},
    ],
)
def test_what_an_endpoint_withholds_is_not_said_and_changes_no_status(
    rpc: Rpc, story: Story, method: str, outcome: Any
) -> None:
    with Withholding(rpc.endpoint.masked, method, outcome) as node:
        assert read(node, story, (LARGE, 1), (LARGE, 300)) == [(Status.REVOKED, None), (Status.SUSPENDED, None)]


class Postdating(Rpc):
    """An endpoint whose blocks are of a time that no calendar has."""

    def batch(self, calls: Any, **options: Any) -> Any:
        answers: Any = super().batch(calls, **options)
        return [
            {**answer, "timestamp": hex(2**40 - 1)} if method == "eth_getBlockByNumber" else answer
            for (method, _), answer in zip(calls, answers, strict=True)
        ]


def test_a_day_of_no_calendar_is_not_said(rpc: Rpc, story: Story) -> None:
    with Postdating(rpc.endpoint.masked) as node:
        assert read(node, story, (LARGE, 1)) == [(Status.REVOKED, None)]
