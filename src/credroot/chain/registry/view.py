"""Any number of questions to a registry at one block, a page of them in each `eth_call`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from credroot.chain.registry.artifact import load
from credroot.chain.registry.lens_codec import (
    ANSWER_OVERHEAD_BYTES,
    CALL_OVERHEAD_BYTES,
    MAX_ANSWER_BYTES,
    WORD,
    decode_lens,
    encode_lens,
)
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import data, parse_data, quantity
from credroot.core.errors import ChainMismatch, ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc

MAX_QUESTIONS_BYTES = 40_000
"""Bytes of call data in one page: with the lens' own code below the 49,152 of EIP-3860."""


class Question(NamedTuple):
    """One call of a view."""

    call: bytes
    """Selector and arguments."""
    words: int
    """Words of its answer at most."""


class RegistryView:
    """One pinned registry at one block; the answers' block and code are checked each time."""

    def __init__(self, rpc: Rpc, deployment: Deployment, block: int) -> None:
        """Ask `rpc` as of `block`."""
        self._rpc = rpc
        self._deployment = deployment
        self._block = block
        self._lens = load("RegistryLens").creation_code

    def ask(self, questions: Iterable[Question]) -> Iterator[bytes | None]:
        """Give the answers in order, ABI-encoded, `None` where the registry reverts.

        Raises:
            ChainUnavailable: no usable answer; ``chain.no_state``, the endpoint has no state of that block any more.
            ChainMismatch: ``chain.wrong_id`` or ``chain.wrong_code``: this is not the pinned registry.
        """
        page: list[bytes] = []
        answer_bytes = question_bytes = 0
        end = [Question(b"", MAX_ANSWER_BYTES)]
        for question in chain(questions, end):
            answer_bytes += CALL_OVERHEAD_BYTES + WORD * question.words
            question_bytes += 2 * WORD + len(question.call) + WORD
            is_full = answer_bytes > MAX_ANSWER_BYTES - ANSWER_OVERHEAD_BYTES or question_bytes > MAX_QUESTIONS_BYTES
            if page and is_full:
                yield from self._read(page)
                page = []
                answer_bytes = CALL_OVERHEAD_BYTES + WORD * question.words
                question_bytes = 2 * WORD + len(question.call) + WORD
            page.append(question.call)

    def _read(self, calls: list[bytes]) -> tuple[bytes | None, ...]:
        call_data = encode_lens(self._lens, self._deployment.address, calls)
        try:
            answer = self._rpc.call("eth_call", [{"data": data(call_data)}, quantity(self._block)])
        except RpcError as error:
            raise ChainUnavailable(f"no state of block {self._block}: {error}", code="chain.no_state") from error
        seen = decode_lens(parse_data(answer), len(calls))
        if seen.chain_id != self._deployment.chain_id:
            raise ChainMismatch(f"the endpoint serves chain eip155:{seen.chain_id}", code="chain.wrong_id")
        if seen.code_hash != self._deployment.code_hash:
            raise ChainMismatch(
                f"the code at {self._deployment.address} is not the registry that was pinned", code="chain.wrong_code"
            )
        return seen.results
