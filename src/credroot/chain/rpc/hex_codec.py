"""The JSON-RPC spellings of numbers and bytes, read strictly.

A node's answer is somebody else's word. Each function here takes one JSON value and returns a value of ours, or
raises `ChainUnavailable` (``chain.bad_answer``): a negative block number or a digest of 31 bytes never gets further.

Source: Ethereum JSON-RPC specification, "Hex encoding": a quantity has no leading zeros, data has whole bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from credroot.core.errors import ChainUnavailable
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from credroot.core.json.types import JsonValue

MAX_QUANTITY = 2**256 - 1
MAX_UINT64 = 2**64 - 1
"""The bound of block numbers, times, gas and nonces."""

_is_quantity: Callable[[str], object] = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})").fullmatch
_is_data: Callable[[str], object] = re.compile(r"0x(?:[0-9a-fA-F]{2})*").fullmatch


def parse_quantity(value: JsonValue, *, name: str = "quantity", maximum: int = MAX_QUANTITY) -> int:
    """Return the number that ``"0x1f"`` spells, between 0 and `maximum`; `name` says in the error what it was."""
    if not isinstance(value, str) or not _is_quantity(value):
        raise _bad(name, "a hex quantity such as 0x1f", value)
    number = int(value, 16)
    if number > maximum:
        raise _bad(name, f"a quantity of at most {maximum:#x}", value)
    return number


def parse_data(value: JsonValue, *, name: str = "data", size: int | None = None) -> bytes:
    """Return the bytes that ``"0x00ff"`` spells; exactly `size` of them when it is given."""
    if not isinstance(value, str) or not _is_data(value):
        raise _bad(name, "hex data of whole bytes such as 0x00ff", value)
    if size is not None and len(value) != 2 + 2 * size:
        raise _bad(name, f"{size} bytes of hex data", value)
    return bytes.fromhex(value[2:])


def parse_digest(value: JsonValue, *, name: str = "digest") -> Digest:
    """Return the 32 bytes of a block hash, a transaction hash, a topic or a storage word."""
    return Digest(parse_data(value, name=name, size=Digest.SIZE))


def parse_address(value: JsonValue, *, name: str = "address") -> Address:
    """Return an account. A node's upper and lower case carries no checksum, so it is not read as one."""
    return Address(parse_data(value, name=name, size=Address.SIZE))


def quantity(number: int) -> str:
    """Return the JSON-RPC spelling of a number that is not negative."""
    if number < 0:
        raise ValueError(f"a quantity is not negative: {number}")
    return hex(number)


def data(value: bytes) -> str:
    """Return the JSON-RPC spelling of bytes."""
    return "0x" + value.hex()


def _bad(name: str, expected: str, got: JsonValue) -> ChainUnavailable:
    shown = repr(got)
    return ChainUnavailable(
        f"the node's {name} is not {expected}: {shown[:80]}{'...' if len(shown) > 80 else ''}", code="chain.bad_answer"
    )
