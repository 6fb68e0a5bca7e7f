"""A registry in memory behind a loopback node that answers the lens: a test decides every fact and every fault."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from credroot.chain.registry.artifact import load
from credroot.chain.registry.creation import USUAL_ADDRESS
from credroot.chain.registry.deployment import Deployment
from credroot.chain.registry.lens_codec import WORD, encode_word
from credroot.core.status import Status
from credroot.core.values import Address, ChainId, Digest
from tests.chain.scripted_node import Exchange, ScriptedNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.values import Root

CHAIN = ChainId(31_337)
REGISTRY = USUAL_ADDRESS
KEY = Address(b"\x22" * 20)
CODE_HASH = Digest(load("CredentialRegistry").runtime_code_hash)
NETWORK = "modelnet"
ANCHORED_AT = 1_790_000_000
HEAD = 4_711
HEAD_TIME = 1_790_000_600
BLOCK_S = 12
LONGEST_SILENCE_S = 120.0


def deployment() -> Deployment:
    return Deployment(NETWORK, CHAIN, REGISTRY, CODE_HASH, 1, Digest(b"\x01" * 32), KEY)


def block_hash(number: int) -> str:
    return str(Digest.sha256(b"block %d" % number))


@dataclass
class RegistryModel:
    """What the registry holds, and how its endpoint behaves."""

    leaf_counts: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    statuses: dict[tuple[bytes, bytes, int], Status] = field(default_factory=dict)
    chain_id: int = CHAIN
    code_hash: bytes = CODE_HASH
    is_down: bool = False
    delay_s: float = 0.0
    asked: int = 0
    """HTTP requests so far."""
    speaks: Event = field(default_factory=Event)
    """Whether requests are answered; until then they wait."""

    def __post_init__(self) -> None:
        self.speaks.set()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Answer nothing inside; what was asked meanwhile is answered afterwards."""
        self.speaks.clear()
        try:
            yield
        finally:
            self.speaks.set()

    def anchor(self, issuer: Address, root: Root, leaf_count: int) -> None:
        self.leaf_counts[issuer, root] = leaf_count

    def node(self) -> ScriptedNode:
        return ScriptedNode(self._answer)

    def _answer(self, exchange: Exchange) -> None:
        self.asked += 1
        time.sleep(self.delay_s)
        self.speaks.wait(LONGEST_SILENCE_S)
        if self.is_down:
            exchange.http(b"", status="503 Service Unavailable")
            return
        requests = exchange.request
        is_batch = isinstance(requests, list)
        exchange.json([self._result(request) for request in requests] if is_batch else self._result(requests))

    def _result(self, request: dict) -> dict:
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        if request["method"] == "eth_blockNumber":
            return {**answer, "result": hex(HEAD)}
        if request["method"] == "eth_getBlockByNumber":
            return {**answer, "result": self._block(int(request["params"][0], 16))}
        if request["method"] == "eth_getLogs":
            return {**answer, "result": []}
        data = bytes.fromhex(request["params"][0]["data"][2:])
        return {**answer, "result": "0x" + self._lens(data[len(load("RegistryLens").creation_code) :]).hex()}

    def _block(self, number: int) -> dict:
        seconds = hex(HEAD_TIME - BLOCK_S * (HEAD - number))
        return {
            "number": hex(number),
            "hash": block_hash(number),
            "parentHash": block_hash(number - 1),
            "timestamp": seconds,
        }

    def _lens(self, arguments: bytes) -> bytes:
        array = number(arguments, WORD) + WORD
        calls = []
        for place in range(number(arguments, array - WORD)):
            at = array + number(arguments, array + WORD * place)
            calls.append(arguments[at + WORD : at + WORD + number(arguments, at)])
        results = [self._registry(call) for call in calls]
        offsets, bodies, position = [], [], WORD * len(results)
        for result in results:
            encoded = encode_word(1) + encode_word(2 * WORD) + encode_word(len(result)) + result
            body = encode_word(len(encoded)) + encoded
            offsets.append(encode_word(position))
            bodies.append(body)
            position += len(body)
        head = encode_word(self.chain_id) + encode_word(HEAD) + encode_word(HEAD_TIME) + self.code_hash
        return head + encode_word(5 * WORD) + encode_word(len(results)) + b"".join(offsets) + b"".join(bodies)

    def _registry(self, call: bytes) -> bytes:
        selectors = load("CredentialRegistry").selectors
        selector, issuer, root = call[:4], call[16:36], call[36:68]
        count = self.leaf_counts.get((issuer, root), 0)
        if selector == selectors["batchOf(address,bytes32)"]:
            words = [int.from_bytes(KEY, "big"), ANCHORED_AT, count, 0, 0, 0, 0] if count else [0] * 7
            return b"".join(map(encode_word, words))
        if selector == selectors["statusWords(address,bytes32,uint256,uint256)"]:
            masks = [
                self._mask(issuer, root, number(call, 68), status) for status in (Status.REVOKED, Status.SUSPENDED)
            ]
            return b"".join(map(encode_word, [2 * WORD, 4 * WORD, 1, masks[0], 1, masks[1]]))
        return bytes(WORD)

    def _mask(self, issuer: bytes, root: bytes, word: int, status: Status) -> int:
        places = [
            index
            for (its_issuer, its_root, index), found in self.statuses.items()
            if (its_issuer, its_root, index // 256) == (issuer, root, word) and found is status
        ]
        return sum(1 << index % 256 for index in places)


def number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + WORD], "big")
