"""Reading a registry: every fact that a verdict needs, at one block, in one request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from credroot.chain.blocks.finality import Confirmations, FinalityTag
from credroot.chain.registry.artifact import load
from credroot.chain.registry.facts import STATUS_BITS, Accreditation, BatchFacts, ChainFacts, Head, Query, status_of
from credroot.chain.registry.lens_codec import (
    ANSWER_OVERHEAD_BYTES,
    CALL_OVERHEAD_BYTES,
    MAX_ANSWER_BYTES,
    WORD,
    LensAnswer,
    decode_lens,
    encode_lens,
    encode_word,
)
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import parse_data, parse_quantity, quantity
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.core.status import Status
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from credroot.chain.blocks.finality import Finality
    from credroot.chain.blocks.recency import RecentHeads
    from credroot.chain.proofs.block_header import BlockMark
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import Endorser
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonValue

BATCH_OF = "batchOf(address,bytes32)"
STATUS_WORDS = "statusWords(address,bytes32,uint256,uint256)"
PROFILE_OF = "profileOf(address)"
ACCREDITATION_OF = "accreditationOf(address,address,bytes32)"
_ANSWER_WORDS = {BATCH_OF: 7, STATUS_WORDS: 6, PROFILE_OF: 1, ACCREDITATION_OF: 2}
"""Words of an answer at most."""
_WITHDRAWN = (Status.REVOKED, Status.SUSPENDED)


class RegistryReader:
    """One pinned registry, read at one endpoint. Every answer is checked against the pin before it is used."""

    def __init__(
        self,
        rpc: Rpc,
        deployment: Deployment,
        finality: Finality,
        *,
        withdrawals: bool = False,
        recent: RecentHeads | None = None,
    ) -> None:
        """Read `deployment` through `rpc`; nothing is asked yet.

        With `withdrawals`, what was revoked or suspended costs two requests more: when, and why. A head that is not
        `recent` is refused; `None` leaves that to whoever gets the facts, which name their block.
        """
        self._rpc = rpc
        self._deployment = deployment
        self._finality = finality
        self._withdrawals = withdrawals
        self._recent = recent
        self._lens = load("RegistryLens").creation_code
        self._selectors = load("CredentialRegistry").selectors

    def check(self) -> Head:
        """Ask only whether the endpoint serves the pinned registry; errors as `read`."""
        seen = self._checked(_result(self._rpc.batch([self._eth_call([], "latest")])[0]), 0)
        return self._head(seen, recent=self._recent)

    def final_block(self) -> BlockMark | None:
        """Give the last block that is final by policy; `None` where there is none yet. Errors as `final_block`."""
        from credroot.chain.blocks.final_block import final_block

        return final_block(self._rpc, self._finality)

    def read(self, queries: Sequence[Query], *, block: int | None = None) -> tuple[ChainFacts, ...]:
        """Answer every query, in order, at the head or at `block`: one HTTP request for what fits into one answer, some
        10,000 credentials of one batch or 20 of different issuers; at the head one more for each such page with two
        confirmations or more.

        Raises:
            ChainUnavailable: no usable answer in time; as `RecentHeads.require`.
            ChainMismatch: ``chain.wrong_id`` or ``chain.wrong_code``: this is not the pinned registry.
        """
        facts: list[ChainFacts] = []
        for page in self._pages([self._asked(query) for query in queries]):
            facts.extend(self._read_page(page, block))
        return self._with_withdrawals(queries, facts) if self._withdrawals else tuple(facts)

    def _with_withdrawals(self, queries: Sequence[Query], facts: Sequence[ChainFacts]) -> tuple[ChainFacts, ...]:
        """Add when and why, where something was withdrawn."""
        answered = list(zip(queries, facts, strict=True))
        withdrawn = {query: fact.status for query, fact in answered if fact.status in _WITHDRAWN}
        if not withdrawn:
            return tuple(facts)
        # Imported here: most credentials were not withdrawn, and a verdict should not wait to read events.
        from credroot.chain.reading.withdrawals import find_withdrawals

        head = min(fact.head.number for fact in facts)
        told = find_withdrawals(self._rpc, self._deployment, withdrawn, head)
        return tuple(replace(fact, withdrawal=told.get(query)) for query, fact in answered)

    def _asked(self, query: Query) -> _Asked:
        """Write the questions that one query needs answered; equal questions of several queries are asked once."""
        issuer = bytes(12) + query.issuer
        word = encode_word(query.index // STATUS_BITS)
        return _Asked(
            query.index,
            batch=self._selectors[BATCH_OF] + issuer + query.root,
            status=self._selectors[STATUS_WORDS] + issuer + query.root + word + encode_word(1),
            profile=self._selectors[PROFILE_OF] + issuer,
            accreditations=tuple(
                (endorser, self._selectors[ACCREDITATION_OF] + bytes(12) + endorser.account + issuer + endorser.scope)
                for endorser in query.endorsers
            ),
        )

    def _pages(self, asked: Sequence[_Asked]) -> Iterator[tuple[Sequence[_Asked], list[bytes]]]:
        """Cut the queries so that each page's answer fits; give each page with its distinct questions."""
        sizes = {self._selectors[name]: CALL_OVERHEAD_BYTES + WORD * words for name, words in _ANSWER_WORDS.items()}
        room = MAX_ANSWER_BYTES - ANSWER_OVERHEAD_BYTES
        page: list[_Asked] = []
        questions: dict[bytes, None] = {}
        used = 0
        for one in asked:
            new = [question for question in one.questions if question not in questions]
            need = sum(sizes[question[:4]] for question in new)
            if used + need > room:
                yield page, list(questions)
                page, questions, used = [], {}, 0
                new = list(one.questions)
                need = sum(sizes[question[:4]] for question in new)
            page.append(one)
            questions.update(dict.fromkeys(new))
            used += need
        if page:
            yield page, list(questions)

    def _read_page(self, page: tuple[Sequence[_Asked], list[bytes]], block: int | None) -> Iterator[ChainFacts]:
        asked, questions = page
        anchors = [question for question in questions if question[:4] == self._selectors[BATCH_OF]]
        now, then = self._ask(questions, anchors) if block is None else self._ask_at(block, questions, anchors)
        head = self._head(now, recent=self._recent if block is None else None)
        answers = dict(zip(questions, now.results, strict=True))
        settled = {} if then is None else dict(zip(anchors, then.results, strict=False))
        if then is now:
            settled = answers
        for one in asked:
            batch = _batch(answers[one.batch])
            final = None if then is None else batch is not None and _batch(settled[one.batch]) is not None
            status = _status(batch, answers[one.status], one.index)
            endorsed = (_accreditation(endorser, answers[question]) for endorser, question in one.accreditations)
            known = tuple(accreditation for accreditation in endorsed if accreditation is not None)
            yield ChainFacts(head, batch, status, final, _digest(answers[one.profile]), known)

    def _head(self, seen: LensAnswer, *, recent: RecentHeads | None) -> Head:
        if recent is not None:
            recent.require(seen.block_number, seen.timestamp)
        return Head(self._deployment.chain_id, seen.block_number, seen.timestamp)

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
        return self._both(now, len(calls), anchors, self._finality.tag)

    def _ask_at(
        self, block: int, calls: Sequence[bytes], anchors: Sequence[bytes]
    ) -> tuple[LensAnswer, LensAnswer | None]:
        """As `_ask`, of a block whose number is known."""
        now = self._eth_call(calls, quantity(block))
        if isinstance(self._finality, FinalityTag):
            return self._both(now, len(calls), anchors, self._finality.tag)
        final_block = block - max(self._finality.count, 1) + 1
        if block > final_block >= self._deployment.deploy_block:
            return self._both(now, len(calls), anchors, quantity(final_block))
        answer = self._checked(_result(self._rpc.batch([now])[0]), len(calls))
        return answer, answer if final_block == block else None

    def _both(
        self, now: tuple[str, list[JsonValue]], calls: int, anchors: Sequence[bytes], final_block: str
    ) -> tuple[LensAnswer, LensAnswer | None]:
        head, settled_or_error = self._rpc.batch([now, self._eth_call(anchors, final_block)])
        answer = self._checked(_result(head), calls)
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """One query, as questions to the registry: the call data of each."""

    index: int
    batch: bytes
    status: bytes
    profile: bytes
    accreditations: tuple[tuple[Endorser, bytes], ...]

    @property
    def questions(self) -> tuple[bytes, ...]:
        return self.batch, self.profile, self.status, *(question for _, question in self.accreditations)


def _words(result: bytes | None, count: int) -> list[int]:
    if result is None or len(result) != WORD * count:
        raise ChainUnavailable("the registry's answer has another shape than its interface", code="chain.bad_answer")
    return [int.from_bytes(result[place : place + WORD], "big") for place in range(0, len(result), WORD)]


def _batch(result: bytes | None) -> BatchFacts | None:
    key, anchored_at, leaf_count, revoked, suspended, ratified, distrusted = _words(result, _ANSWER_WORDS[BATCH_OF])
    if leaf_count == 0:
        return None
    if key >> 160:
        raise ChainUnavailable("the registry's answer names no account", code="chain.bad_answer")
    return BatchFacts(
        key=Address(key.to_bytes(20, "big")),
        anchored_at=anchored_at,
        leaf_count=leaf_count,
        revoked=bool(revoked),
        suspended=bool(suspended),
        ratified=bool(ratified),
        distrusted_from=distrusted,
    )


def _accreditation(endorser: Endorser, result: bytes | None) -> Accreditation | None:
    """Read a window; `None` for two zeros, which is one that was never there or was withdrawn."""
    valid_from, valid_until = _words(result, _ANSWER_WORDS[ACCREDITATION_OF])
    return Accreditation(endorser, valid_from, valid_until) if valid_from or valid_until else None


def _status(batch: BatchFacts | None, result: bytes | None, index: int) -> Status:
    if batch is None or index >= batch.leaf_count:
        return Status.UNKNOWN
    # Two arrays of one word each: their places, then length and word of the first, then of the second.
    first, second, length, revoked, other_length, suspended = _words(result, _ANSWER_WORDS[STATUS_WORDS])
    if (first, second, length, other_length) != (2 * WORD, 4 * WORD, 1, 1):
        raise ChainUnavailable("the registry's answer has another shape than its interface", code="chain.bad_answer")
    return status_of(batch, index, revoked, suspended)


def _digest(result: bytes | None) -> Digest | None:
    _words(result, 1)
    return Digest(result) if result and any(result) else None


def _result(answer: JsonValue | RpcError) -> JsonValue:
    if isinstance(answer, RpcError):
        raise ChainUnavailable(f"the endpoint refused to answer: {answer}", code="chain.refused") from answer
    return answer
