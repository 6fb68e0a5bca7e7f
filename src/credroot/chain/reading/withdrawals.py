"""When and why credentials were withdrawn. The registry's state says that they were; only its events say the rest.

The answer is a courtesy beside a verdict and never part of it: where an endpoint gives no logs of that many blocks, or
none in time, it is not known, and nothing else changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from credroot.chain.registry.artifact import load
from credroot.chain.registry.calls import Action
from credroot.chain.registry.events import event_of, parse_logs
from credroot.chain.registry.facts import Query, Withdrawal
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import data, parse_digest, parse_quantity, quantity
from credroot.core.errors import ChainUnavailable, CredrootError
from credroot.core.status import Status
from credroot.core.text.clock import MAX_BLOCK_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.events import Event
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonValue

DEADLINE_S = 3.0
"""Seconds for each of the two requests: a verdict must not wait long for what it can do without."""
MAX_BLOCKS = 100
"""Blocks whose time is asked for, in one request."""
STATUS_BITS = 256
_EVENTS = ("StatusChanged", "BatchStatusChanged")
_PAD = bytes(12)


def find_withdrawals(
    rpc: Rpc, deployment: Deployment, withdrawn: Mapping[Query, Status], head: int
) -> dict[Query, Withdrawal]:
    """Give, for credentials that are revoked or suspended as of block `head`, what the events tell of it.

    Two requests for any number of them. What can't be found out is missing from the answer; nothing is raised.
    """
    try:
        found = _events_behind(withdrawn, _read(rpc, deployment, withdrawn, head))
        times = _times(rpc, found.values())
    except CredrootError:
        return {}
    return {
        query: Withdrawal(times[event.block_number], int(event.arguments["reason"]))
        for query, event in found.items()
        if event.block_number in times
    }


def _read(rpc: Rpc, deployment: Deployment, queries: Iterable[Query], head: int) -> list[Event]:
    """Ask for every change of status of the batches concerned, in one request."""
    artifact = load("CredentialRegistry")
    changes: list[JsonValue] = [data(artifact.topic(name)) for name in _EVENTS]
    issuers: list[JsonValue] = [*sorted({data(_PAD + query.issuer) for query in queries})]
    roots: list[JsonValue] = [*sorted({data(query.root) for query in queries})]
    first = deployment.deploy_block
    wanted: JsonValue = {
        "address": data(deployment.address),
        "fromBlock": quantity(first),
        "toBlock": quantity(head),
        "topics": [changes, issuers, roots],
    }
    logs = rpc.call("eth_getLogs", [wanted], deadline_s=min(DEADLINE_S, rpc.deadline_s))
    return [event_of(row) for row in parse_logs(logs, deployment.address, first=first, last=head)]


def _events_behind(withdrawn: Mapping[Query, Status], events: Sequence[Event]) -> dict[Query, Event]:
    stories = {query: _Story(query.index) for query in withdrawn}
    for event in events:
        for query, story in stories.items():
            if (event.arguments["issuer"], event.arguments["root"]) == (query.issuer, query.root):
                story.follow(event)
    told = {query: story.event_behind(withdrawn[query]) for query, story in stories.items()}
    return {query: event for query, event in told.items() if event is not None}


@dataclass(slots=True)
class _Story:
    """What became of one credential, event by event: by itself and with its batch."""

    index: int
    revoked: Event | None = None
    suspended: dict[str, Event] = field(default_factory=dict)
    """By the event's name, for each of the two can be lifted by itself."""

    def follow(self, event: Event) -> None:
        if event.name == "StatusChanged" and not self._is_in(event):
            return
        match event.arguments["action"]:
            case Action.REVOKE:
                self.revoked = self.revoked or event
            case Action.SUSPEND:
                self.suspended.setdefault(event.name, event)
            case Action.REINSTATE:
                self.suspended.pop(event.name, None)

    def event_behind(self, status: Status) -> Event | None:
        """Give the event since which `status` holds."""
        if status is Status.REVOKED:
            return self.revoked
        return min(self.suspended.values(), key=lambda event: (event.block_number, event.log_index), default=None)

    def _is_in(self, event: Event) -> bool:
        word, mask = int(event.arguments["index"]), int(event.arguments["mask"])
        return word == self.index // STATUS_BITS and bool(mask >> self.index % STATUS_BITS & 1)


def _times(rpc: Rpc, events: Iterable[Event]) -> dict[int, int]:
    """Ask for the times of the events' blocks; a block of another hash than the event says is left out."""
    blocks = {event.block_number: event.block_hash for event in events}
    numbers = sorted(blocks)[:MAX_BLOCKS]
    asked: list[tuple[str, list[JsonValue]]] = [
        ("eth_getBlockByNumber", [quantity(number), False]) for number in numbers
    ]
    answers = rpc.batch(asked, deadline_s=min(DEADLINE_S, rpc.deadline_s))
    times: dict[int, int] = {}
    for number, block in zip(numbers, answers, strict=True):
        if isinstance(block, RpcError) or not isinstance(block, dict):
            raise ChainUnavailable(f"the endpoint gives no block {number}", code="chain.bad_answer")
        if parse_digest(block.get("hash")) == blocks[number]:
            times[number] = parse_quantity(block.get("timestamp"), maximum=MAX_BLOCK_TIME)
    return times
