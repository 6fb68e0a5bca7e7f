"""Reading a registry: every fact that a verdict needs, at one block, in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.artifact import load
from credroot.chain.facts import BatchFacts, ChainFacts, Head, Query
from credroot.chain.finality import Confirmations
from credroot.chain.hex_codec import parse_data, parse_quantity, quantity
from credroot.chain.lens import (
    ANSWER_OVERHEAD_BYTES,
    CALL_OVERHEAD_BYTES,
    MAX_ANSWER_BYTES,
    WORD,
    LensAnswer,
    decode_lens,
    encode_lens,
    encode_word,
)
from credroot.chain.rpc import RpcError
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.core.status import Status
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from credroot.chain.deployment import Deployment
    from credroot.chain.finality import Finality
    from credroot.chain.rpc import Rpc
    from credroot.core.json_types import JsonValue
    from credroot.core.values import Root

BATCH_OF = "batchOf(address,bytes32)"
STATUS_OF = "statusOf(address,bytes32,uint256)"
PROFILE_OF = "profileOf(address)"
_ANSWER_WORDS = {BATCH_OF: 7, STATUS_OF: 1, PROFILE_OF: 1}


class RegistryReader:
    """One pinned registry, read at one endpoint. Every answer is checked against the pin before it is used."""

    def __init__(self, rpc: Rpc, deployment: Deployment, finality: Finality) -> None:
        """Read `deployment` through `rpc`; nothing is asked yet."""
        self._rpc = rpc
        self._deployment = deployment
        self._finality = finality
        self._lens = load("RegistryLens").creation_code
        self._selectors = load("CredentialRegistry").selectors

    def check(self) -> Head:
        """Ask only whether the endpoint serves the pinned registry; errors as `read`."""
        seen = self._checked(_result(self._rpc.batch([self._eth_call([], "latest")])[0]), 0)
        return Head(self._deployment.chain_id, seen.block_number, seen.timestamp)

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order. One HTTP request for what fits into one answer (some 60 credentials of
        different batches, 110 of one), and one more a page with a finality of two confirmations or more.

        Raises:
            ChainUnavailable: no usable answer in time.
            ChainMismatch: ``chain.wrong_id`` or ``chain.wrong_code``: this is not the pinned registry.
        """
        facts: list[ChainFacts] = []
        for page in _pages(queries):
            facts.extend(self._read_page(page))
        return tuple(facts)

    def _read_page(self, queries: Sequence[Query]) -> Iterator[ChainFacts]:
        batches = list(dict.fromkeys((query.issuer, query.root) for query in queries))
        issuers = list(dict.fromkeys(query.issuer for query in queries))
        anchors = [self._batch_call(issuer, root) for issuer, root in batches]
        calls = [
            *anchors,
            *(self._selectors[PROFILE_OF] + bytes(12) + issuer for issuer in issuers),
            *(self._status_call(query) for query in queries),
        ]
        now, then = self._ask(calls, anchors)
        head = Head(self._deployment.chain_id, now.block_number, now.timestamp)
        found = {batch: _batch(result) for batch, result in zip(batches, now.results, strict=False)}
        profiles = dict(zip(issuers, now.results[len(batches) :], strict=False))
        settled = self._settled(batches, found, then)
        for query, answer in zip(queries, now.results[len(batches) + len(issuers) :], strict=True):
            batch = (query.issuer, query.root)
            yield ChainFacts(head, found[batch], _status(answer), settled[batch], _digest(profiles[query.issuer]))

    def _batch_call(self, issuer: Address, root: Root) -> bytes:
        return self._selectors[BATCH_OF] + bytes(12) + issuer + root

    def _status_call(self, query: Query) -> bytes:
        return self._selectors[STATUS_OF] + bytes(12) + query.issuer + query.root + encode_word(query.index)

    def _ask(self, calls: Sequence[bytes], anchors: Sequence[bytes]) -> tuple[LensAnswer, LensAnswer | None]:
        """Ask everything at the head, and what is anchored at the last final block; `None` where that can't be said."""
        now = self._eth_call(calls, "latest")
        if isinstance(self._finality, Confirmations):
            if self._finality.count <= 1:
                answer = self._checked(_result(self._rpc.batch([now])[0]), len(calls))
                return answer, answer
            head, number = self._rpc.batch([now, ("eth_blockNumber", [])])
            answer = self._checked(_result(head), len(calls))
            final_block = parse_quantity(_result(number)) - self._finality.count + 1
            if final_block < self._deployment.deploy_block:
                return answer, None
            settled = self._rpc.batch([self._eth_call(anchors, quantity(final_block))])[0]
            return answer, None if isinstance(settled, RpcError) else self._checked(settled, len(anchors))
        head, settled_or_error = self._rpc.batch([now, self._eth_call(anchors, self._finality.tag)])
        answer = self._checked(_result(head), len(calls))
        if isinstance(settled_or_error, RpcError):
            return answer, None
        settled_answer = decode_lens(parse_data(settled_or_error), len(anchors))
        is_deployed = settled_answer.code_hash == self._deployment.code_hash
        return answer, settled_answer if is_deployed else None

    def _eth_call(self, calls: Sequence[bytes], block: str) -> tuple[str, list[JsonValue]]:
        data = encode_lens(self._lens, self._deployment.address, calls)
        return "eth_call", [{"data": "0x" + data.hex()}, block]

    def _checked(self, answer: JsonValue, calls: int) -> LensAnswer:
        """Refuse an answer that is not of the pinned registry."""
        seen = decode_lens(parse_data(answer), calls)
        if seen.chain_id != self._deployment.chain_id:
            raise ChainMismatch(
                f"the endpoint serves chain eip155:{seen.chain_id}, not {self._deployment.chain_id.caip2}",
                code="chain.wrong_id",
            )
        if seen.code_hash != self._deployment.code_hash:
            raise ChainMismatch(
                f"the code at {self._deployment.address} is not the registry that was pinned", code="chain.wrong_code"
            )
        return seen

    def _settled(
        self,
        batches: Sequence[tuple[Address, Root]],
        found: dict[tuple[Address, Root], BatchFacts | None],
        then: LensAnswer | None,
    ) -> dict[tuple[Address, Root], bool | None]:
        if then is None:
            return dict.fromkeys(batches, None)
        return {
            batch: found[batch] is not None and _batch(result) is not None
            for batch, result in zip(batches, then.results, strict=False)
        }


def _pages(queries: Sequence[Query]) -> Iterator[Sequence[Query]]:
    """Cut the queries so that each page's answer fits, at worst with a batch and an issuer of its own for each."""
    room = MAX_ANSWER_BYTES - ANSWER_OVERHEAD_BYTES
    page: list[Query] = []
    used, batches, issuers = 0, set[tuple[Address, Digest]](), set[Address]()
    for query in queries:
        is_new_batch, is_new_issuer = (query.issuer, query.root) not in batches, query.issuer not in issuers
        need = _size(STATUS_OF) + is_new_batch * _size(BATCH_OF) + is_new_issuer * _size(PROFILE_OF)
        if used + need > room:
            yield page
            page, used, batches, issuers = [], 0, set(), set()
            need = _size(STATUS_OF) + _size(BATCH_OF) + _size(PROFILE_OF)
        page.append(query)
        used += need
        batches.add((query.issuer, query.root))
        issuers.add(query.issuer)
    if page:
        yield page


def _size(question: str) -> int:
    return CALL_OVERHEAD_BYTES + WORD * _ANSWER_WORDS[question]


def _words(result: bytes | None, count: int) -> list[int]:
    if result is None or len(result) != WORD * count:
        raise ChainUnavailable("the registry's answer has another shape than its interface", code="chain.bad_answer")
    return [int.from_bytes(result[place : place + WORD], "big") for place in range(0, len(result), WORD)]


def _batch(result: bytes | None) -> BatchFacts | None:
    key, anchored_at, leaf_count, revoked, suspended, ratified, distrusted = _words(result, _ANSWER_WORDS[BATCH_OF])
    if leaf_count == 0:
        return None
    return BatchFacts(
        key=Address(key.to_bytes(20, "big")),
        anchored_at=anchored_at,
        leaf_count=leaf_count,
        revoked=bool(revoked),
        suspended=bool(suspended),
        ratified=bool(ratified),
        distrusted_from=distrusted,
    )


def _status(result: bytes | None) -> Status:
    """A refused question has no status: the index is beyond the batch."""
    if result is None:
        return Status.UNKNOWN
    number = _words(result, 1)[0]
    if number > max(Status):
        raise ChainUnavailable(f"the registry answered with the unknown status {number}", code="chain.bad_answer")
    return Status(number)


def _digest(result: bytes | None) -> Digest | None:
    _words(result, 1)
    return Digest(result) if result and any(result) else None


def _result(answer: JsonValue | RpcError) -> JsonValue:
    if isinstance(answer, RpcError):
        raise ChainUnavailable(f"the endpoint refused to answer: {answer}", code="chain.refused") from answer
    return answer
