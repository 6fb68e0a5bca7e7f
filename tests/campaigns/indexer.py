"""Campaign J: random chains under reorganisation, and endpoints that leave out, alter or invent events.

Two promises. On any chain, however often it is reorganised while it is read, the ledger equals the chain's state and
every check passes. And whatever single lie an endpoint tells about the logs, it is found and named.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from credroot.auditor.checks.completeness import Depth, Subject, check_completeness
from credroot.auditor.findings import Finding
from credroot.auditor.index.synchroniser import Synchroniser
from credroot.auditor.ledger.ledger import Ledger
from credroot.auditor.ledger.storage import slots_of
from credroot.chain.blocks.finality import Confirmations
from credroot.chain.registry.artifact import load
from credroot.chain.registry.events import KINDS
from credroot.chain.rpc.client import Rpc
from credroot.core.errors import ChainUnavailable
from credroot.core.report import Outcome
from credroot.store.event_index import EventIndex
from tests.auditor.anvil import AnvilChain
from tests.auditor.histories import Historian, live
from tests.auditor.lying_proxy import LyingProxy, honest
from tests.contracts.evm import Log as EvmLog
from tests.contracts.evm import slot_key
from tests.contracts.rebuild import slots_from
from tests.contracts.registry import decode_log

Logs = list[dict[str, Any]]
Tamper = Callable[[random.Random, dict[str, Any], Logs], Logs]
"""The chosen log and all logs of the chain -> what stands in the chosen log's place."""


@dataclass
class Tally:
    """What a campaign did."""

    chains: int = 0
    events: int = 0
    reorganisations: int = 0
    walked_back: int = 0
    while_reading: int = 0
    lies: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        told = [
            f"{self.chains} chains, {self.events} events, {self.reorganisations} reorganisations: "
            f"{self.while_reading} in the middle of a reading, {self.walked_back} that the index was walked back for",
            f"{sum(self.lies.values())} lies, {sum(self.found.values())} found, {len(self.missed)} missed",
        ]
        told += [f"  {name:<22}{self.found[name]} of {count}" for name, count in sorted(self.lies.items())]
        return [*told, f"found by: {dict(self.rules.most_common())}", *self.missed]


def run_chain(
    chain: AnvilChain,
    rng: random.Random,
    tally: Tally,
    *,
    lies: int,
    new_index_url: Callable[[], str] = lambda: "sqlite://",
) -> None:
    """Let one random chain grow, be reorganised and be read; then lie about it `lies` times."""
    historian = Historian(rng, chain.accounts)
    with EventIndex(new_index_url()) as index:
        synchroniser = Synchroniser(chain.rpc, chain.deployment, Confirmations(1), index)
        for _ in range(4):
            live(chain, historian, rng.randint(1, 8))
            if rng.random() < 0.4:
                _read_while_it_changes(chain, historian, index, tally)
            if rng.random() < 0.7:
                synchroniser.run()
            if rng.random() < 0.6:
                _reorganise(chain, historian, tally)
                chain.mine(rng.randint(1, 2))
            if rng.random() < 0.8:
                tally.walked_back += synchroniser.run().reorganised_from is not None
        tally.walked_back += synchroniser.run().reorganised_from is not None
        _assert_equal_to_the_chain(chain, index, synchroniser.source)
        tally.chains += 1
        tally.events += index.count(synchroniser.source)
    _tell_lies(chain, rng, tally, lies, new_index_url)


def _reorganise(chain: AnvilChain, historian: Historian, tally: Tally) -> None:
    """Replace some of the newest blocks by others, with other calls in them."""
    rng = historian.rng
    if chain.head() <= 3:
        return
    now = int(chain.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    depth = rng.randint(1, min(5, chain.head() - 2))
    calls = [(who, data, rng.randrange(depth)) for who, data in historian.calls(rng.randint(0, 4), now)]
    chain.reorganise(depth, calls)
    tally.reorganisations += 1


def _read_while_it_changes(chain: AnvilChain, historian: Historian, index: EventIndex, tally: Tally) -> None:
    """Read through an endpoint at which the chain is reorganised between two answers."""
    moment = historian.rng.randrange(8)

    def change(_method: str, _params: list[Any], result: Any) -> Any:
        if len(proxy.calls) == moment:
            _reorganise(chain, historian, tally)
            tally.while_reading += 1
        return result

    proxy = LyingProxy(chain.rpc.endpoint.masked, change)
    try:
        with Rpc(proxy.url, deadline_s=30) as rpc:
            Synchroniser(rpc, chain.deployment, Confirmations(1), index).run()
    except ChainUnavailable as error:
        # A shorter chain looks like a node that lags, until the next block.
        if error.code != "chain.lagging":
            raise
    finally:
        proxy.close()


def true_logs(chain: AnvilChain) -> Logs:
    query = {"address": "0x" + chain.deployment.address.hex(), "fromBlock": "0x0"}
    logs: Logs = chain.ask("eth_getLogs", query)
    return logs


def _assert_equal_to_the_chain(chain: AnvilChain, index: EventIndex, source: int) -> None:
    ledger = Ledger.of(index.events(source))
    logs = true_logs(chain)
    times = {
        log["blockNumber"]: int(chain.ask("eth_getBlockByNumber", log["blockNumber"], False)["timestamp"], 16)
        for log in logs
    }
    events = [decode_log(_evm_log(log, times[log["blockNumber"]])) for log in logs]
    # A second implementation over the node's own logs, and the node's own storage slot by slot.
    assert {slot_key(slot.number): slot.value for slot in slots_of(ledger) if slot.value} == slots_from(events)
    for slot in slots_of(ledger):
        word = chain.ask("eth_getStorageAt", "0x" + chain.deployment.address.hex(), hex(slot.number), "latest")
        assert int(word, 16) == slot.value, slot.what
    position = index.position(source)
    assert position is not None
    assert position.number == chain.head()
    subject = Subject(chain.rpc, chain.deployment, index, source, ledger, position)
    checked = check_completeness(subject, Depth.EVERY_BLOCK)
    assert checked.findings == (), checked.findings
    outcomes = {check.id: check.outcome for check in checked.checks}
    assert outcomes["events"] is outcomes["state"] is outcomes["history"] is Outcome.PASSED, checked.checks


def _evm_log(log: dict[str, Any], time: int) -> EvmLog:
    topics = tuple(bytes.fromhex(topic[2:]) for topic in log["topics"])
    return EvmLog(bytes.fromhex(log["address"][2:]), topics, bytes.fromhex(log["data"][2:]), time)


def _tell_lies(
    chain: AnvilChain, rng: random.Random, tally: Tally, count: int, new_index_url: Callable[[], str]
) -> None:
    logs = true_logs(chain)
    if not logs:
        return
    proxy = LyingProxy(chain.rpc.endpoint.masked, honest)
    try:
        for _ in range(count):
            name = rng.choice(sorted(TAMPERS))
            chosen = rng.choice(logs)
            replacement = TAMPERS[name](rng, copy.deepcopy(chosen), logs)
            if replacement == [chosen]:
                continue
            proxy.lie = _lie(chosen, replacement)
            rules = _found_by(chain, proxy.url, new_index_url())
            tally.lies[name] += 1
            if rules:
                tally.found[name] += 1
                tally.rules.update(set(rules))
            else:
                tally.missed.append(f"MISSED {name}: {chosen} -> {replacement}")
    finally:
        proxy.close()


def _lie(chosen: dict[str, Any], replacement: Logs) -> Callable[[str, list[Any], Any], Any]:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        first, last = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        kept = [log for log in result if log != chosen]
        # A log that moved shows up in the range where it claims to be.
        return kept + [log for log in replacement if first <= int(log["blockNumber"], 16) <= last]

    return lie


def _found_by(chain: AnvilChain, url: str, index_url: str) -> list[str]:
    """Audit through a lying endpoint; give what gave the lie away."""
    with EventIndex(index_url) as index, Rpc(url, deadline_s=30) as rpc:
        synchroniser = Synchroniser(rpc, chain.deployment, Confirmations(1), index)
        try:
            synchroniser.run()
        except ChainUnavailable as error:
            return [error.code]
        position = index.position(synchroniser.source)
        assert position is not None
        ledger = Ledger.of(index.events(synchroniser.source))
        subject = Subject(rpc, chain.deployment, index, synchroniser.source, ledger, position)
        found: tuple[Finding, ...] = check_completeness(subject, Depth.EVERY_BLOCK).findings
        return [finding.number for finding in found]


def omit(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return []


def flip_data(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    data = bytearray.fromhex(log["data"][2:])
    if not data:
        return [log]
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return [{**log, "data": "0x" + data.hex()}]


def flip_topic(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    topics = list(log["topics"])
    place = rng.randrange(1, len(topics))
    topic = bytearray.fromhex(topics[place][2:])
    topic[rng.randrange(32)] ^= 1 << rng.randrange(8)
    topics[place] = "0x" + topic.hex()
    return [{**log, "topics": topics}]


def rename_event(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    other = load("CredentialRegistry").topic(rng.choice(KINDS))
    return [{**log, "topics": ["0x" + other.hex(), *log["topics"][1:]]}]


def move_to_another_block(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    other = rng.choice(logs)
    return [{**log, "blockNumber": other["blockNumber"], "blockHash": other["blockHash"], "logIndex": "0x63"}]


def move_number_only(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return [{**log, "blockNumber": hex(max(1, int(log["blockNumber"], 16) - 1))}]


def move_within_block(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return [{**log, "logIndex": hex(int(log["logIndex"], 16) + 50)}]


def other_transaction(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return [{**log, "transactionHash": "0x" + rng.randbytes(32).hex()}]


def double(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return [log, {**log, "logIndex": hex(int(log["logIndex"], 16) + 60)}]


def repeat(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return [log, dict(log)]


def invent_batch(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    issuer = "0x" + (bytes(12) + rng.randbytes(20)).hex()
    topic = "0x" + load("CredentialRegistry").topic("BatchAnchored").hex()
    invented = {
        **log,
        "topics": [topic, issuer, "0x" + rng.randbytes(32).hex(), issuer],
        "data": "0x" + ((7).to_bytes(32, "big") + (1).to_bytes(32, "big")).hex(),
        "logIndex": hex(int(log["logIndex"], 16) + 70),
    }
    return [log, invented]


def of_another_contract(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return [log, {**log, "address": "0x" + rng.randbytes(20).hex(), "logIndex": "0x64"}]


def marked_as_removed(rng: random.Random, log: dict[str, Any], logs: Logs) -> Logs:
    return [{**log, "removed": True}]


TAMPERS: dict[str, Tamper] = {
    tamper.__name__.replace("_", " "): tamper
    for tamper in (
        omit, flip_data, flip_topic, rename_event, move_to_another_block, move_number_only, move_within_block,
        other_transaction, double, repeat, invent_batch, of_another_contract, marked_as_removed,
    )
}  # fmt: skip
