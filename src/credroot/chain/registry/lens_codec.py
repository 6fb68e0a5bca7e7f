"""Many questions to a registry in one `eth_call`, answered at one block: the words on the wire.

The call has no recipient: its data is the creation code of `RegistryLens`, whose constructor asks the questions and
returns the answers. Nothing is deployed. Encoded by hand, because importing an ABI library costs more than the call.

Source: Solidity ABI specification 2.0; ``contracts/RegistryLens.sol``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import ChainUnavailable
from credroot.core.values import Digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.core.values import Address

WORD = 32
MAX_ANSWER_BYTES = 24_576
"""What a node lets a constructor return (EIP-170)."""
ANSWER_OVERHEAD_BYTES = 6 * WORD
CALL_OVERHEAD_BYTES = 5 * WORD
"""Around one answer: its place, its length, and the three words before its data."""


@dataclass(frozen=True, slots=True)
class LensAnswer:
    """What the lens saw, at one block."""

    chain_id: int
    block_number: int
    timestamp: int
    code_hash: Digest
    results: tuple[bytes | None, ...]
    """The returned bytes of each question, `None` where the registry refused it."""


def encode_word(value: int) -> bytes:
    """Write an unsigned number as one word. `OverflowError` beyond 256 bits."""
    return value.to_bytes(WORD, "big")


def encode_lens(creation_code: bytes, registry: Address, calls: Sequence[bytes]) -> bytes:
    """Give the data of the `eth_call`: creation code and its arguments ``(address, bytes[])``."""
    offsets, bodies, position = [], [], WORD * len(calls)
    for call in calls:
        body = encode_word(len(call)) + call + bytes(-len(call) % WORD)
        offsets.append(encode_word(position))
        bodies.append(body)
        position += len(body)
    head = bytes(12) + registry + encode_word(2 * WORD) + encode_word(len(calls))
    return creation_code + head + b"".join(offsets) + b"".join(bodies)


def decode_lens(answer: bytes, calls: int) -> LensAnswer:
    """Read the answer to `calls` questions.

    Raises:
        ChainUnavailable: ``chain.bad_answer``, a place or length in it points outside, or the number is another.
    """
    start = _number(answer, 4 * WORD)
    if _number(answer, start) != calls:
        raise _bad_answer()
    array = start + WORD
    results = tuple(_result(_bytes_at(answer, array + _number(answer, array + WORD * place))) for place in range(calls))
    return LensAnswer(
        chain_id=_number(answer, 0),
        block_number=_number(answer, WORD),
        timestamp=_number(answer, 2 * WORD),
        code_hash=Digest(answer[3 * WORD : 4 * WORD]),
        results=results,
    )


def _result(encoded: bytes) -> bytes | None:
    data = _bytes_at(encoded, _number(encoded, WORD))
    return data if _number(encoded, 0) == 1 else None


def _number(data: bytes, place: int) -> int:
    word = data[place : place + WORD]
    if len(word) != WORD:
        raise _bad_answer()
    return int.from_bytes(word, "big")


def _bytes_at(data: bytes, place: int) -> bytes:
    length = _number(data, place)
    value = data[place + WORD : place + WORD + length]
    if len(value) != length:
        raise _bad_answer()
    return value


def _bad_answer() -> ChainUnavailable:
    return ChainUnavailable("the endpoint's answer is not what the lens returns", code="chain.bad_answer")
